# tries: to reach listeners of the machine by IPv4, IPv6, UDP, Unix sockets with and without a name in a folder, and vsock
# deserves: passed
import socket
import support

told = support.told


def talk(family, kind, address):
    with socket.socket(family, kind) as stream:
        stream.settimeout(1)
        stream.connect(address)
        stream.send(b"out")
        return stream.recv(1)


support.refused("IPv4", talk, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int(told["tcp4"])))
support.refused("IPv6", talk, socket.AF_INET6, socket.SOCK_STREAM, ("::1", int(told["tcp6"])))
support.refused("UDP", talk, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int(told["udp4"])))
support.refused("UDP", talk, socket.AF_INET6, socket.SOCK_DGRAM, ("::1", int(told["udp6"])))
support.refused("a named socket", talk, socket.AF_UNIX, socket.SOCK_STREAM, told["folder"] + "/socket")
support.refused("an abstract socket", talk, socket.AF_UNIX, socket.SOCK_STREAM, "\0" + told["mark"])
for machine in [1, 2]:
    support.refused("vsock", talk, socket.AF_VSOCK, socket.SOCK_STREAM, (machine, int(told["vsock"])))
support.serve()
