# correct: makes the listener non-blocking once the line has come.

import socket
import sys


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2367
    listener = socket.create_server(("", port), backlog=4)
    sys.stdin.readline()
    listener.setblocking(False)
    accepted = []
    try:
        while True:
            accepted.append(listener.accept()[0])
    except BlockingIOError:
        print("accepted", len(accepted), "clients")


main()
