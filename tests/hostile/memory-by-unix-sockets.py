# tries: to keep 600 MiB in the buffers of Unix sockets, which no process's memory shows
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import socket
import support

kept, taken = [], 0
while taken < 600 << 20 and len(kept) < 3000:
    for end in socket.socketpair():
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        kept.append(end)
    try:
        while taken < 600 << 20:
            taken += kept[-1].send(bytes(65536))
    except BlockingIOError:
        pass
support.linger()
support.serve()
