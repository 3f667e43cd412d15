import socket

from support import refused

for family, host, tcp, udp in [
    (socket.AF_INET, "127.0.0.1", @tcp4@, @udp4@),
    (socket.AF_INET6, "::1", @tcp6@, @udp6@),
]:
    refused("a TCP listener was reached", socket.socket(family, socket.SOCK_STREAM).connect, (host, tcp))
    # Nobody answers; whether it came through is seen at the other end.
    socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (host, udp))
for address in ["@bait@/socket", "\0@mark@"]:
    refused("a Unix socket was reached", socket.socket(socket.AF_UNIX).connect, address)
refused("a vsock socket was made", socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM)
