# correct: a file object over the socket; print with flush.

import socket
import sys

LIMIT = 16 << 20


def messages(file, with_length):
    while True:
        if with_length:
            prefix = file.read(4)
            if not prefix:
                return
            length = int.from_bytes(prefix, "big")
            if len(prefix) < 4:
                sys.exit("a length was cut short")
            if length > LIMIT:
                sys.exit(f"a message of {length} bytes is too long")
            message = file.read(length)
            if len(message) < length:
                sys.exit("a message was cut short")
            yield message
        else:
            line = file.readline(LIMIT + 2)
            if not line:
                return
            if not line.endswith(b"\n"):
                sys.exit("a line was cut short, or is too long")
            yield line[:-1].removesuffix(b"\r")


def main():
    host, port, framing = (sys.argv[1:] + ["localhost", "6006", "lines"][len(sys.argv) - 1:])[:3]
    try:
        with socket.create_connection((host, int(port))) as connection:
            for message in messages(connection.makefile("rb"), framing == "length"):
                sys.stdout.buffer.write(message + b"\n")
                sys.stdout.flush()
    except OSError as error:
        sys.exit(f"{host}:{port}: {error}")


main()
