# tries: to fill memory once it listens, so that its start was modest; 600 MiB at most
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import signal
import socket
import support

client, _ = socket.create_server(("127.0.0.1", support.port)).accept()
kept = []
for _ in range(600):
    kept.append(bytearray(b"x") * (1 << 20))
client.sendall(b"HELLO\n")
signal.pause()
