# correct: a thread for each client; each waits in poll on its one socket, and then accepts or reads.

import select
import socket
import sys
import threading
import time


def wait_for(sock):
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    waiting.poll()


def serve(connection):
    line = b""
    while True:
        wait_for(connection)
        piece = connection.recv(4096)
        if not piece:
            return
        *lines, line = (line + piece).split(b"\n")
        for text in lines:
            text = text.removesuffix(b"\r")
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
            wait_for(listener)
            connection, _ = listener.accept()
            threading.Thread(target=work, args=(connection,), daemon=True).start()
        except (OSError, RuntimeError) as error:
            # Without a free descriptor accept fails at once, again and again: wait until there may be one.
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)


main()
