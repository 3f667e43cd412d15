# correct: os.fork; waits for the ended children before it accepts the next client.

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
