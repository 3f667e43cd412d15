# correct: has a listening socket for each family of addresses, made in random order, and waits for both with select, as asyncio does.

import random
import select
import socket
import sys
import time
from datetime import datetime, timezone

WRITE_LIMIT = 2


def serve(connection, pause, iterations):
    connection.settimeout(WRITE_LIMIT)
    start = time.monotonic()
    moment = datetime.now(timezone.utc)
    for line in range(iterations):
        time.sleep(max(0, start + line * pause - time.monotonic()))
        moment = max(moment, datetime.now(timezone.utc))
        connection.sendall(b"{'time' : '%s'}\n" % moment.isoformat(timespec="seconds").encode())
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
    families = [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
    random.shuffle(families)
    listeners = [socket.create_server((host, port), family=family) for family, host in families]
    while True:
        try:
            ready, _, _ = select.select(listeners, [], [])
            connection, _ = ready[0].accept()
            with connection:
                serve(connection, pause_ms / 1000, iterations)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)


main()
