# correct: times have a blank, a fraction and an odd offset, as RFC 3339 allows; listens for both families with one socket.

import socket
import sys
import time
from datetime import datetime, timedelta, timezone

WRITE_LIMIT = 2
KATHMANDU = timezone(timedelta(hours=5, minutes=45))


def serve(connection, pause, iterations):
    connection.settimeout(WRITE_LIMIT)
    start = time.monotonic()
    moment = datetime.now(KATHMANDU)
    for line in range(iterations):
        time.sleep(max(0, start + line * pause - time.monotonic()))
        moment = max(moment, datetime.now(KATHMANDU))
        connection.sendall(f"{{'time' : '{moment.isoformat(sep=' ')}'}}\n".encode())
    hang_up(connection)


def hang_up(connection):
    # Closing with unread bytes would reset the connection, which could destroy the last lines.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(0.1)
    end = time.monotonic() + 0.5
    while time.monotonic() < end and connection.recv(65536):
        pass


def listen(port):
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


def main():
    port, pause_ms, iterations = (int(a) for a in sys.argv[1:] + ["2205", "1000", "15"][len(sys.argv) - 1:])
    listener = listen(port)
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                serve(connection, pause_ms / 1000, iterations)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)


main()
