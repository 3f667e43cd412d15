# mistake: waits for the end of each child as soon as it has started it.
# fails: L5.6 L5.10 L5.11 L5.S1 L5.S3

import os
import socket
import sys
import time


def serve(connection):
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def child(connection):
    status = 0
    try:
        serve(connection)
    except OSError as error:
        print("client lost:", error, file=sys.stderr)
        status = 1
    os._exit(status)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3490
    listener = socket.create_server(("", port), backlog=1024)
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                served_by = os.fork()
                if served_by == 0:
                    listener.close()
                    child(connection)
            os.waitpid(served_by, 0)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)
            time.sleep(0.1)


main()
