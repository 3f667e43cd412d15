# mistake: accepts one client after the line and ends.
# fails: L3.18

import socket
import sys


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2367
    listener = socket.create_server(("", port), backlog=4)
    sys.stdin.readline()
    connection, address = listener.accept()
    print("accepted", address)


main()
