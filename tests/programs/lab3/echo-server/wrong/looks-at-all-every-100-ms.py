# mistake: looks at all its clients in turn every 100 ms, whether one is being served or not.
# fails: L3.7

import socket
import sys
import time

LIMIT = 4 << 20


class Client:
    def __init__(self, connection):
        self.connection, self.line = connection, bytearray()
        connection.sendall(b"HELLO\n")
        connection.setblocking(False)

    def is_done(self):
        """Takes what has come; tells whether the client is over."""
        try:
            while b"\n" not in self.line and len(self.line) < LIMIT:
                piece = self.connection.recv(65536)
                if not piece:
                    return True
                self.line += piece
        except BlockingIOError:
            return False
        self.connection.setblocking(True)
        text, end, _ = bytes(self.line).partition(b"\n")
        answer = text.removesuffix(b"\r").decode("utf-8", "replace").upper() if end else "ERROR: line too long"
        self.connection.sendall((answer + "\n").encode())
        hang_up(self.connection)
        return True


def hang_up(connection):
    # Closing with unread bytes would reset the connection, which could destroy the answer.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(0.1)
    end = time.monotonic() + 0.5
    while time.monotonic() < end and connection.recv(65536):
        pass


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3232
    listener = socket.create_server(("", port))
    listener.setblocking(False)
    clients = []
    while True:
        try:
            clients.append(Client(listener.accept()[0]))
        except OSError:
            pass
        for client in list(clients):
            try:
                is_done = client.is_done()
            except OSError:
                is_done = True
            if is_done:
                client.connection.close()
                clients.remove(client)
        time.sleep(0.1)


main()
