# mistake: holds a lock that all threads share while it serves a client.
# fails: L5.7 L5.10 L5.11 L5.S1 L5.S3 L5.S4

import socket
import sys
import threading
import time

turn = threading.Lock()


def serve(connection):
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def work(connection):
    with turn, connection:
        try:
            serve(connection)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2323
    listener = socket.create_server(("", port), backlog=1024)
    threading.stack_size(256 << 10)
    while True:
        try:
            connection, _ = listener.accept()
            threading.Thread(target=work, args=(connection,), daemon=True).start()
        except (OSError, RuntimeError) as error:
            # Without a free descriptor accept fails at once, again and again: wait until there may be one.
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)


main()
