# correct: one thread, selectors, a buffer for each client; wakes each second to count them.

import selectors
import socket
import sys

LIMIT = 16 << 20


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.received = bytearray()
        self.searched = 0
        self.unsent = b""

    def message(self, with_length):
        """The length of the next message, which is taken out; None if it is not whole."""
        if with_length:
            if len(self.received) < 4:
                return None
            length = int.from_bytes(self.received[:4], "big")
            if length > LIMIT:
                raise ValueError("too long")
            if len(self.received) < 4 + length:
                return None
            del self.received[: 4 + length]
            return length
        end = self.received.find(b"\n", self.searched)
        if end < 0:
            self.searched = len(self.received)
            if len(self.received) > LIMIT + 1:
                raise ValueError("too long")
            return None
        length = end - 1 if end > 0 and self.received[end - 1] == 13 else end
        del self.received[: end + 1]
        self.searched = 0
        return length

    def answer(self, with_length):
        answers = []
        while (length := self.message(with_length)) is not None:
            text = str(length).encode()
            answers.append(len(text).to_bytes(4, "big") + text if with_length else text + b"\n")
        self.unsent += b"".join(answers)


def handle(client, events, with_length):
    """Tells whether the client stays."""
    try:
        if events & selectors.EVENT_READ:
            piece = client.connection.recv(65536)
            if not piece:
                return False
            client.received += piece
            client.answer(with_length)
        if client.unsent:
            client.unsent = client.unsent[client.connection.send(client.unsent):]
    except BlockingIOError:
        return True
    except (OSError, ValueError) as error:
        print("client lost:", error, file=sys.stderr)
        return False
    return True


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 6006
    with_length = sys.argv[2:] == ["length"]
    listener = socket.create_server(("", port), backlog=128)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    most = 0
    while True:
        ready = selector.select(1)
        most = max(most, len(selector.get_map()))
        for key, events in ready:
            if key.data is None:
                connection, _ = listener.accept()
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_READ, Client(connection))
            elif handle(key.data, events, with_length):
                wanted = selectors.EVENT_WRITE if key.data.unsent else selectors.EVENT_READ
                selector.modify(key.fileobj, wanted, key.data)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


main()
