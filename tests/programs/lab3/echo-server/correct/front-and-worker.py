# correct: a front that passes lines on to a worker over TCP. The worker answers in two writes, of which the second waits for the kernel's
# late acknowledgement of the first.

import socket
import sys
import threading

LIMIT = 4 << 20
inner = socket.create_server(("127.0.0.1", 0))


def work():
    front, _ = inner.accept()
    for line in front.makefile("rb"):
        answer = line.rstrip(b"\r\n").decode(errors="replace").upper().encode() + b"\n"
        front.sendall(answer[:1])
        front.sendall(answer[1:])


threading.Thread(target=work, daemon=True).start()
worker = socket.create_connection(inner.getsockname())
answers = worker.makefile("rb")
listener = socket.create_server(("", int(sys.argv[1])), backlog=64)
while True:
    client, _ = listener.accept()
    try:
        client.sendall(b"HELLO\n")
        line = client.makefile("rb").readline(LIMIT)
        if line.endswith(b"\n"):
            worker.sendall(line)
            client.sendall(answers.readline())
    except OSError:
        pass
    client.close()
