# mistake: looks for the end of a line only at the end of what it has read, so that lines that come together are one.
# fails: L5.2

import os
import socket
import sys
import time


def serve(connection):
    line = bytearray()
    while True:
        piece = connection.recv(4096)
        if not piece:
            return
        line += piece
        if line.endswith(b"\n"):
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return
            line = bytearray()


def reap():
    """Waits for the children that have ended, and not for those that have not."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


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
        reap()
        try:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    child(connection)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)
            time.sleep(0.1)


main()
