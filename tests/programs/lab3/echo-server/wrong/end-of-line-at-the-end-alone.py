# mistake: looks for the end of the line at the end alone of what has come.
# fails: L3.5

import socket
import sys
import time

LIMIT = 4 << 20


def read_line(connection):
    """The line, or None when the client closed before its end."""
    line = bytearray()
    while len(line) < LIMIT:
        piece = connection.recv(65536)
        if not piece:
            return None
        line += piece
        if line.endswith(b"\n"):
            return bytes(line).partition(b"\n")[0].removesuffix(b"\r")
    raise OverflowError


def serve(connection):
    connection.sendall(b"HELLO\n")
    try:
        line = read_line(connection)
        if line is not None:
            text = line.decode("utf-8", "replace")
            connection.sendall((text.upper() + "\n").encode())
    except OverflowError:
        connection.sendall(b"ERROR: line too long\n")
    hang_up(connection)


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
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)


main()
