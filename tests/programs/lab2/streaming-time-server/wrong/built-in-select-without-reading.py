# mistake: pauses in select and never takes what the client has said, with port, pause and number of lines built in.
# fails: L2.6
# arguments:

import email.utils
import select
import socket
import sys
import time

WRITE_LIMIT = 2


def pause_until(due, connection):
    select.select([connection], [], [], max(0, due - time.monotonic()))


def serve(connection, pause, iterations):
    connection.settimeout(WRITE_LIMIT)
    start = time.monotonic()
    moment = 0
    for line in range(iterations):
        pause_until(start + line * pause, connection)
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
    port, pause_ms, iterations = 2205, 1000, 15
    listener = socket.create_server(("", port))
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                serve(connection, pause_ms / 1000, iterations)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)


main()
