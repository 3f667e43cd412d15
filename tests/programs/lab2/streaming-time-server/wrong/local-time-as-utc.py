# mistake: sends the local time and says that it is UTC.
# fails: L2.3

import socket
import sys
import time
from datetime import datetime

WRITE_LIMIT = 2


def serve(connection, pause, iterations):
    connection.settimeout(WRITE_LIMIT)
    start = time.monotonic()
    moment = datetime.now()
    for line in range(iterations):
        time.sleep(max(0, start + line * pause - time.monotonic()))
        moment = max(moment, datetime.now())
        connection.sendall(b"{'time' : '%sZ'}\n" % moment.isoformat(timespec="seconds").encode())
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
