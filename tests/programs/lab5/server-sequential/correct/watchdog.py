# correct: from the first client on, a thread of its own looks now and then how many clients there were.

import socket
import sys
import threading


class Watchdog(threading.Thread):
    PERIOD = 3600

    def __init__(self):
        super().__init__(daemon=True)
        self.clients = 0
        self.over = threading.Event()

    def count(self):
        self.clients += 1
        if self.clients == 1:
            self.start()

    def run(self):
        while not self.over.wait(self.PERIOD):
            print(self.clients, "clients so far")


def serve(connection):
    connection.sendall(b"Welcome.\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            if text.lower() == b"bye":
                return
            connection.sendall(text.upper() + b"\n")


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2424
    listener = socket.create_server(("", port), backlog=128)
    watchdog = Watchdog()
    while True:
        connection, _ = listener.accept()
        watchdog.count()
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)


main()
