# mistake: accepts four clients, however many wait.
# fails: L3.18

import socket
import sys


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2367
    listener = socket.create_server(("", port), backlog=4)
    sys.stdin.readline()
    accepted = [listener.accept()[0] for _ in range(4)]
    print("accepted", len(accepted), "clients")


main()
