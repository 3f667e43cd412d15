# mistake: accepts in a thread of its own, beside the one in poll.
# fails: L5.8 L5.11

import resource
import selectors
import socket
import sys
import threading
import time

selector = selectors.PollSelector()


class Client:
    def __init__(self, connection):
        connection.setblocking(False)
        self.connection = connection
        self.line = bytearray()
        self.unsent = b""
        self.leaving = False
        selector.register(connection, selectors.EVENT_READ, self)

    def turn(self):
        """One read and one write at the most; whether the client stays."""
        if not self.unsent:
            piece = self.connection.recv(4096)
            if not piece:
                return False
            self.take(piece)
        if self.unsent:
            self.unsent = self.unsent[self.connection.send(self.unsent):]
        return not self.leaving or bool(self.unsent)

    def take(self, piece):
        *lines, rest = (self.line + piece).split(b"\n")
        self.line = rest
        for line in lines:
            text = bytes(line.removesuffix(b"\r"))
            self.unsent += b"> " + text.upper() + b"\n"
            if text.lower() == b"bye":
                self.leaving = True
                return

    def serve(self):
        try:
            stays = self.turn()
        except BlockingIOError:
            stays = True
        except OSError as error:
            print("client lost:", error, file=sys.stderr)
            stays = False
        if stays:
            selector.modify(self.connection, selectors.EVENT_WRITE if self.unsent else selectors.EVENT_READ, self)
        else:
            selector.unregister(self.connection)
            self.connection.close()


def accept(listener, bell):
    while True:
        try:
            Client(listener.accept()[0])
        except OSError as error:
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)
        bell.send(b"!")


class Bell:
    """Wakes the thread in poll, which does not know of the new client yet."""

    def __init__(self):
        self.hears, self.rings = socket.socketpair()
        selector.register(self.hears, selectors.EVENT_READ, self)

    def serve(self):
        self.hears.recv(4096)


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.create_server(("", int(sys.argv[1]) if len(sys.argv) > 1 else 2525), backlog=1024)
    threading.Thread(target=accept, args=(listener, Bell().rings), daemon=True).start()
    while True:
        for key, _ in selector.select():
            key.data.serve()


main()
