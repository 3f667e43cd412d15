# correct: pauses until SIGALRM comes, which setitimer sends once for each pause.

import signal
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
        left = start + line * pause - time.monotonic()
        if left > 0:
            # The signal waits until it is asked for, so that it cannot come too early.
            signal.setitimer(signal.ITIMER_REAL, left)
            signal.sigwait([signal.SIGALRM])
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
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
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
