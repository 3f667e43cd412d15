# mistake: waits in select for input that a buffered reader has taken already: of two lines that come at once the second stays there.
# fails: L4.14

import os
import select
import socket
import sys


def take_lines(buffer):
    """Takes the lines that are whole out of the buffer."""
    *lines, rest = bytes(buffer).split(b"\n")
    buffer[:] = rest
    return [line.removesuffix(b"\r") + b"\n" for line in lines]


def print_lines(lines):
    for line in lines:
        os.write(1, line)


def send_lines(connection, lines):
    """Whether one of them was BYE, after which no other is sent."""
    for line in lines:
        connection.sendall(line)
        if line.strip().upper() == b"BYE":
            return True
    return False


def talk(connection, name):
    connection.sendall(b"HELLO " + os.fsencode(name) + b"\n")
    heard = bytearray()
    said_bye = False
    while True:
        watched = [connection] if said_bye else [connection, 0]
        ready = select.select(watched, [], [])[0]
        try:
            if 0 in ready:
                line = sys.stdin.buffer.readline() or b"BYE\n"
                said_bye = send_lines(connection, [line.rstrip(b"\r\n") + b"\n"])
            if connection in ready:
                chunk = connection.recv(4096)
                if not chunk:
                    print_lines([bytes(heard)])
                    return None if said_bye else "the server closed the connection"
                heard += chunk
                print_lines(take_lines(heard))
        except ConnectionError as error:
            return None if said_bye else f"connection lost: {error}"


def main():
    if len(sys.argv) != 4:
        print("usage: presence-client HOST PORT NAME", file=sys.stderr)
        sys.exit(2)
    host, port, name = sys.argv[1:]
    try:
        connection = socket.create_connection((host, int(port)))
    except OSError as error:
        sys.exit(f"cannot connect to {host}:{port}: {error}")
    sys.exit(talk(connection, name))


main()
