# mistake: a thread that has answered waits for ever for something to do.
# fails: L3.16

import socket
import sys
import threading
import time

LIMIT = 4 << 20


def read_line(connection):
    """The line, or None when the client closed before its end."""
    line = bytearray()
    while len(line) < LIMIT:
        piece = connection.recv(65536)
        if not piece:
            return None
        before = len(line)
        line += piece
        end = line.find(b"\n", before)
        if end >= 0:
            return bytes(line[:end]).removesuffix(b"\r")
    raise OverflowError


def serve(connection):
    connection.sendall(b"HELLO\n")
    line = None
    try:
        line = read_line(connection)
        if line is not None:
            text = line.decode("utf-8", "replace")
            connection.sendall((text.upper() + "\n").encode())
    except OverflowError:
        connection.sendall(b"ERROR: line too long\n")
    hang_up(connection)
    return line is not None


def hang_up(connection):
    # Closing with unread bytes would reset the connection, which could destroy the answer.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(0.1)
    end = time.monotonic() + 0.5
    while time.monotonic() < end and connection.recv(65536):
        pass


def work(connection):
    with connection:
        try:
            answered = serve(connection)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)
            return
    if answered:
        threading.Event().wait()


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3232
    listener = socket.create_server(("", port))
    threading.stack_size(256 << 10)
    while True:
        try:
            connection, _ = listener.accept()
            threading.Thread(target=work, args=(connection,), daemon=True).start()
        except (OSError, RuntimeError) as error:
            # Without a free descriptor accept fails at once, again and again: wait until there may be one.
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)


main()
