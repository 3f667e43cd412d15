# mistake: never looks at its standard input and accepts nobody.
# fails: L3.18

import signal
import socket
import sys


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2367
    with socket.create_server(("", port), backlog=4):
        signal.pause()


main()
