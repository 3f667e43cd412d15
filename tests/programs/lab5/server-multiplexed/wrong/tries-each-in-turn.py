# mistake: tries all sockets in turn, in a loop that never rests.
# fails: L5.8 L5.2 L5.4 L5.10 L5.11 L5.S3 L5.S4

import resource
import selectors
import socket
import sys
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


class Listener:
    def __init__(self, port):
        self.socket = socket.create_server(("", port), backlog=1024)
        self.socket.setblocking(False)
        self.registered = False
        self.register()

    def register(self):
        if not self.registered:
            selector.register(self.socket, selectors.EVENT_READ, self)
            self.registered = True

    def serve(self):
        try:
            while True:
                Client(self.socket.accept()[0])
        except BlockingIOError:
            pass
        except OSError as error:
            # Without a free descriptor poll would return at once, again and again: wait for something else.
            print("accept:", error, file=sys.stderr)
            if len(selector.get_map()) > 1:
                selector.unregister(self.socket)
                self.registered = False
            else:
                time.sleep(0.1)


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = Listener(int(sys.argv[1]) if len(sys.argv) > 1 else 2525)
    while True:
        for key in list(selector.get_map().values()):
            key.data.serve()
        listener.register()


main()
