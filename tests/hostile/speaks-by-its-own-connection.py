# tries: to seem silent while its socket, which is connected to itself, waits for the end of a cork; nobody listens any more.
# deserves: failed unexpected
import socket
import support


def wait():
    for _ in range(2):
        own = socket.socket()
        own.bind(("127.0.0.1", 0))
        own.connect(own.getsockname())
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        own.send(b"x")
        own.recv(1)
        own.close()


support.speak_after(wait, stop_listening=True)
