# correct: its worker is woken by nobody, and looks ten times a second whether there is a client.

import socket
import sys
import threading

LIMIT = 4 << 20
pending = []
never = threading.Event()


def serve(client):
    client.sendall(b"HELLO\n")
    line = client.makefile("rb").readline(LIMIT)
    if line.endswith(b"\n"):
        client.sendall(line.rstrip(b"\r\n").decode(errors="replace").upper().encode() + b"\n")


def work():
    while True:
        never.wait(0.1)
        while pending:
            client = pending.pop(0)
            try:
                serve(client)
            except OSError:
                pass
            client.close()


listener = socket.create_server(("", int(sys.argv[1])), backlog=64)
threading.Thread(target=work, daemon=True).start()
while True:
    pending.append(listener.accept()[0])
