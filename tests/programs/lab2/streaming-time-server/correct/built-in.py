# correct: port, pause and number of lines are built in; a thread beside the server wakes every second.
# arguments:

import socket
import sys
import threading
import time


def heartbeat():
    beats = 0
    while True:
        time.sleep(1)
        beats += 1


def serve(connection):
    connection.settimeout(2)
    start = time.monotonic()
    moment = time.time()
    for line in range(15):
        time.sleep(max(0, start + line - time.monotonic()))
        moment = max(moment, time.time())
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
        connection.sendall(("{'time' : '%s'}\n" % text).encode())
    # Closing with unread bytes would reset the connection, which could destroy the last lines.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(0.1)
    end = time.monotonic() + 0.5
    while time.monotonic() < end and connection.recv(65536):
        pass


threading.Thread(target=heartbeat, daemon=True).start()
listener = socket.create_server(("", 2205))
while True:
    try:
        connection, _ = listener.accept()
        with connection:
            serve(connection)
    except OSError as error:
        print("client lost:", error, file=sys.stderr)
