# correct: a thread for each client, and a file object that reads lines and exact numbers of bytes.

import socket
import sys
import threading

LIMIT = 20_000_000


def read_line(file):
    line = file.readline(LIMIT + 2)
    if not line.endswith(b"\n"):
        return None
    return line[:-1].removesuffix(b"\r")


def read_with_length(file):
    prefix = file.read(4)
    if len(prefix) < 4:
        return None
    length = int.from_bytes(prefix, "big")
    if length > LIMIT:
        return None
    message = file.read(length)
    return message if len(message) == length else None


def serve(connection, with_length):
    try:
        with connection, connection.makefile("rb") as file:
            while (message := read_with_length(file) if with_length else read_line(file)) is not None:
                answer = b"%d" % len(message)
                connection.sendall(len(answer).to_bytes(4, "big") + answer if with_length else answer + b"\n")
    except OSError as error:
        print("client lost:", error, file=sys.stderr)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 6006
    with_length = sys.argv[2:] == ["length"]
    listener = socket.create_server(("", port), backlog=128)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, with_length), daemon=True).start()


main()
