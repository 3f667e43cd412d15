# mistake: takes the mark away with which some texts in UTF-8 begin.
# fails: L1.4

import socket
import sys

REQUEST = b"Hello, sorry, but I don't speak HTTP...\r\n\r\n"


def connect(host, port):
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        sys.exit(f"unknown host {host}: {error}")
    for family, kind, protocol, _, address in addresses:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    sys.exit(f"cannot connect to {host}:{port}: {failure}")


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else "www.heig-vd.ch"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 80
    with connect(host, port) as connection:
        try:
            connection.sendall(REQUEST)
            first = True
            while piece := connection.recv(65536):
                if first:
                    piece = piece.removeprefix(b"\xef\xbb\xbf")
                first = False
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
        except ConnectionError as error:
            sys.exit(f"connection lost: {error}")


main()
