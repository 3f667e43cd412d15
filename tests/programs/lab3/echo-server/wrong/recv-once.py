# mistake: calls recv(1024) once and takes the outcome for the line.
# fails: L3.4 L3.S1 L3.S2 L3.S4

import socket
import sys
import time


def serve(connection):
    connection.sendall(b"HELLO\n")
    data = connection.recv(1024)
    if data:
        line = data.decode("utf-8", "replace").split("\n")[0].removesuffix("\r")
        connection.sendall((line.upper() + "\n").encode())
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
