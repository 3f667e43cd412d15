# correct: waits in select on the one socket that it is about to accept from or to read.

import select
import socket
import sys


def serve(connection):
    line = b""
    while True:
        select.select([connection], [], [])
        piece = connection.recv(4096)
        if not piece:
            return
        *lines, line = (line + piece).split(b"\n")
        for text in lines:
            text = text.removesuffix(b"\r")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2424
    listener = socket.create_server(("", port), backlog=128)
    while True:
        select.select([listener], [], [])
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)


main()
