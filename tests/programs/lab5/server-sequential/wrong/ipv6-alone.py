# mistake: listens on IPv6 alone, so that who comes over IPv4 is refused.
# fails: L5.1

import socket
import sys


def serve(connection):
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2424
    listener = socket.create_server(("::", port), family=socket.AF_INET6, backlog=128, dualstack_ipv6=False)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print("client lost:", error, file=sys.stderr)


main()
