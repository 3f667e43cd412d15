# mistake: reads lines of 1,024 bytes at the most: a longer one counts as several, and its last piece as the line.
# fails: L5.2

import socket
import sys
import threading
import time


def serve(connection):
    with connection.makefile("rb") as lines:
        while line := lines.readline(1024):
            if not line.endswith(b"\n"):
                continue
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def work(connection):
    with connection:
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
