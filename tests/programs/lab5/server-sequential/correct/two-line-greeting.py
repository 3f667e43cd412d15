# correct: greets with two lines, and does not answer bye.

import socket
import sys


def serve(connection):
    connection.sendall(b"Welcome to the sequential server.\nSay bye to leave.\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            if text.lower() == b"bye":
                return
            connection.sendall(text.upper() + b"\n")


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
