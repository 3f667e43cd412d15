# mistake: writes the prompt once, behind the greeting, so that it stands before the first answer only.
# fails: L5.1

import socket
import sys


def serve(connection):
    prompt = b"> "
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(prompt + text.upper() + b"\n")
            prompt = b""
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
