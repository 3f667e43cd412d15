# correct: tries three times to connect, two seconds apart, before it gives up.

import os
import socket
import sys
import threading
import time

said_bye = threading.Event()


def send_input(server):
    try:
        while not said_bye.is_set():
            line = sys.stdin.readline() or "BYE"
            if line.strip().upper() == "BYE":
                said_bye.set()
            server.sendall(line.removesuffix("\n").encode() + b"\n")
    except OSError:
        pass  # The thread that reads from the server is told as well.


def talk(server, name):
    try:
        server.sendall(f"HELLO {name}\n".encode())
        threading.Thread(target=send_input, args=[server], daemon=True).start()
        for line in server.makefile("rb"):
            print(line.rstrip(b"\r\n").decode(errors="replace"), flush=True)
        end = "the server closed the connection"
    except OSError as error:
        end = f"connection lost: {error}"
    if said_bye.is_set():
        return 0
    print(end, file=sys.stderr, flush=True)
    return 1


def main():
    if len(sys.argv) != 4:
        print("usage: presence-client HOST PORT NAME", file=sys.stderr)
        sys.exit(2)
    host, port, name = sys.argv[1:]
    for attempt in range(3):
        try:
            server = socket.create_connection((host, int(port)))
            break
        except OSError as error:
            print(f"cannot connect to {host}:{port}: {error}", file=sys.stderr)
        if attempt == 2:
            sys.exit(1)
        time.sleep(2)
    os._exit(talk(server, name))


main()
