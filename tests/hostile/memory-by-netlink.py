# tries: to let the kernel keep what it answers to requests over netlink that it refuses; 240 MiB at most
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import socket
import struct
import support

RTM_NEWLINK, NLM_F_REQUEST, LENGTH = 16, 1, 3000
request = struct.pack("=IHHII", LENGTH, RTM_NEWLINK, NLM_F_REQUEST, 1, 0).ljust(LENGTH, b"\0")
kept = []
for _ in range(800):
    asking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    asking.setblocking(False)
    kept.append(asking)
    for _ in range(100):
        try:
            asking.send(request)
        except OSError:
            break
support.linger()
support.serve()
