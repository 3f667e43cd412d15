# tries: to open sockets of every family and kind that do not belong to a lab, and to capture packets
# deserves: passed
import socket
import support

for family in range(3, 64):
    if family in (socket.AF_INET6, socket.AF_NETLINK):
        continue
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        support.refused(f"family {family}", socket.socket, family, kind)
for family in (socket.AF_INET, socket.AF_INET6):
    support.refused("a raw socket", socket.socket, family, socket.SOCK_RAW, socket.IPPROTO_TCP)
    for kind, protocol in ((socket.SOCK_STREAM, 132), (socket.SOCK_DGRAM, 136), (socket.SOCK_STREAM, 262)):
        support.refused(f"protocol {protocol}", socket.socket, family, kind, protocol)
for protocol in range(1, 32):
    support.refused(f"netlink {protocol}", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, protocol)
support.serve()
