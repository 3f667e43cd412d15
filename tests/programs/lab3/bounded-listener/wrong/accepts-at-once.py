# mistake: accepts whoever comes without waiting for the line.
# fails: L3.18

import select
import socket
import sys


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2367
    listener = socket.create_server(("", port), backlog=4)
    accepted = []
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if listener in ready:
            accepted.append(listener.accept()[0])
        else:
            print("accepted", len(accepted), "clients")
            return


main()
