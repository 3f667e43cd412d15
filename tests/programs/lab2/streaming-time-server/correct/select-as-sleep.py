# correct: pauses in select, reads what the client says meanwhile and forgets it; times have the form of RFC 2822.

import email.utils
import select
import socket
import sys
import time

WRITE_LIMIT = 2


def pause_until(due, connection):
    """Whether the client may still say something."""
    watched = [connection] if connection else []
    while (left := due - time.monotonic()) > 0:
        # Whatever comes must not make the pause shorter.
        if select.select(watched, [], [], left)[0] and not connection.recv(65536):
            watched = []
    return connection if watched else None


def serve(connection, pause, iterations):
    connection.settimeout(WRITE_LIMIT)
    start = time.monotonic()
    moment = 0
    talking = connection
    for line in range(iterations):
        talking = pause_until(start + line * pause, talking)
        moment = max(moment, time.time())
        connection.sendall(f"{{'time' : '{email.utils.formatdate(moment)}'}}\n".encode())
    hang_up(connection)


def hang_up(connection):
    # Closing with unread bytes would reset the connection, which could destroy the last lines.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(0.1)
    end = time.monotonic() + 0.5
    while time.monotonic() < end and connection.recv(65536):
        pass


def main():
    port, pause_ms, iterations = (int(a) for a in sys.argv[1:] + ["2205", "1000", "15"][len(sys.argv) - 1:])
    listener = socket.create_server(("", port))
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                serve(connection, pause_ms / 1000, iterations)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)


main()
