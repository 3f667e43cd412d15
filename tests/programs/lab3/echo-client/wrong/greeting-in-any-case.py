# mistake: compares the greeting without regard to case.
# fails: L3.12

import socket
import sys
import time

LONGEST = 1000


def read_line(connection, wanted, rest, deadline):
    """Checks the next line and returns what came glued to it."""
    problem = ""
    while b"\n" not in rest and len(rest) < LONGEST:
        try:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            piece = connection.recv(4096)
        except TimeoutError:
            problem = "time-out"
            break
        except OSError as error:
            problem = f"connection lost: {error}"
            break
        if not piece:
            problem = "the server closed"
            break
        rest += piece
    line, end, rest = rest.partition(b"\n")
    if not end or (line.upper() if wanted == b"HELLO" else line) != wanted:
        sys.exit(f"expected {wanted!r} and a line end, got {line + end!r}; {problem}")
    return rest


def main():
    host, port, timeout = (sys.argv[1:] + ["localhost", "3232", "10000"][len(sys.argv) - 1:])[:3]
    deadline = time.monotonic() + int(timeout) / 1000
    try:
        connection = socket.create_connection((host, int(port)), int(timeout) / 1000)
    except OSError as error:
        sys.exit(f"cannot connect to {host}:{port}: {error}")
    with connection:
        rest = read_line(connection, b"HELLO", b"", deadline)
        try:
            connection.sendall(b"ThIS is a TeSt\n")
        except OSError as error:
            sys.exit(f"connection lost: {error}")
        read_line(connection, b"THIS IS A TEST", rest, deadline)
    print("the server answered THIS IS A TEST, as it should")


main()
