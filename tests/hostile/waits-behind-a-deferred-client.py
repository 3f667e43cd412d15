# tries: to be never seen at rest, by letting the kernel hold back each client that does not speak first
# deserves: failed silence
import socket
import support

listener = socket.create_server(("127.0.0.1", support.port))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 3600)
while True:
    client, _ = listener.accept()
    client.sendall(b"HELLO\n")
    client.close()
