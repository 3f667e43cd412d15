# tries: to keep 300 MiB in the buffers of connections with itself, of which it has closed one end
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import socket
import support

listener = socket.create_server(("127.0.0.1", 0))
kept, taken = [], 0
while taken < 300 << 20 and len(kept) < 3000:
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    try:
        while taken < 300 << 20:
            taken += client.send(bytes(65536))
    except BlockingIOError:
        pass
    client.close()
    kept.append(server)
support.linger()
support.serve()
