# correct: sleeps 300 ms before its greeting and before each answer.

import socket
import sys
import time


def serve(connection):
    time.sleep(0.3)
    connection.sendall(b"hello\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            time.sleep(0.3)
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2424
    listener = socket.create_server(("", port), backlog=128)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)


main()
