# mistake: starts 64 threads in advance, and each accepts one client after the other.
# fails: L5.7 L5.11 L5.S1

import socket
import sys
import threading
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


def work(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError as error:
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)
            continue
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2323
    listener = socket.create_server(("", port), backlog=1024)
    threading.stack_size(256 << 10)
    for _ in range(64):
        threading.Thread(target=work, args=(listener,)).start()


main()
