# correct: a process for each client, which resets the connection when a message is too long.

import os
import signal
import socket
import struct
import sys

LIMIT = 32 << 20


def serve(connection, with_length):
    received = bytearray()
    searched = 0
    while piece := connection.recv(65536):
        received += piece
        while True:
            if with_length:
                if len(received) < 4:
                    break
                (length,) = struct.unpack_from(">I", received)
                if length > LIMIT:
                    return reset(connection)
                if len(received) < 4 + length:
                    break
                text = str(length).encode()
                connection.sendall(struct.pack(">I", len(text)) + text)
                del received[: 4 + length]
            else:
                end = received.find(10, searched)
                if end < 0:
                    searched = len(received)
                    if searched > LIMIT:
                        return reset(connection)
                    break
                line = received[:end].removesuffix(b"\r")
                connection.sendall(b"%d\n" % len(line))
                del received[: end + 1]
                searched = 0


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 6006
    with_length = sys.argv[2:] == ["length"]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.create_server(("", port), backlog=128)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            try:
                serve(connection, with_length)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)
            connection.close()
            os._exit(0)
        connection.close()


main()
