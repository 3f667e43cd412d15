# correct: a thread that does nothing for its clients wakes each second.

import socket
import sys
import threading
import time


def beat():
    while True:
        time.sleep(1)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2367
    listener = socket.create_server(("", port), backlog=4)
    threading.Thread(target=beat, daemon=True).start()
    sys.stdin.readline()
    listener.setblocking(False)
    accepted = []
    try:
        while True:
            accepted.append(listener.accept()[0])
    except BlockingIOError:
        print("accepted", len(accepted), "clients")


main()
