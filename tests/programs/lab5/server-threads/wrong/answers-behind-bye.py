# mistake: answers what came together with bye, and closes then.
# fails: L5.3

import socket
import sys
import threading
import time


def serve(connection):
    buffer, leaving = b"", False
    while not leaving:
        piece = connection.recv(65536)
        if not piece:
            return
        *lines, buffer = (buffer + piece).split(b"\n")
        for line in lines:
            text = line.removesuffix(b"\r")
            connection.sendall(b"> " + text.upper() + b"\n")
            leaving |= text.lower() == b"bye"


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
