# mistake: serves all clients with one thread that waits in a selector.
# fails: L3.16

import selectors
import socket
import sys
import time

LIMIT = 4 << 20
selector = selectors.DefaultSelector()


def accept(listener):
    try:
        connection, _ = listener.accept()
    except OSError as error:
        print("accept:", error, file=sys.stderr)
        time.sleep(0.1)
        return
    selector.register(connection, selectors.EVENT_READ, bytearray())
    send(connection, b"HELLO\n")


def send(connection, data):
    try:
        connection.sendall(data)
    except OSError as error:
        print("client lost:", error, file=sys.stderr)


def read(connection, line):
    """Collects the line in the selector's data, which is None after the answer."""
    try:
        piece = connection.recv(65536)
    except OSError:
        piece = b""
    if not piece:
        selector.unregister(connection)
        connection.close()
    elif line is not None:
        line += piece
        end = line.find(b"\n", len(line) - len(piece))
        if end >= 0:
            text = line[:end].removesuffix(b"\r").decode("utf-8", "replace")
            answer(connection, (text.upper() + "\n").encode())
        elif len(line) >= LIMIT:
            answer(connection, b"ERROR: line too long\n")


def answer(connection, data):
    send(connection, data)
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        print("client lost:", error, file=sys.stderr)
    selector.modify(connection, selectors.EVENT_READ, None)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3232
    listener = socket.create_server(("", port))
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                accept(listener)
            else:
                read(key.fileobj, key.data)


main()
