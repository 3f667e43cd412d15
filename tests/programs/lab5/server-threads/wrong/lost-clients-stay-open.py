# mistake: closes the connection at the end of a conversation only, and not where that fails.
# fails: L5.4

import socket
import sys
import threading
import time


def serve(connection):
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


lost = []


def work(connection):
    try:
        serve(connection)
    except OSError as error:
        print("client lost:", error, file=sys.stderr)
        lost.append(connection)
    else:
        connection.close()


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2323
    listener = socket.create_server(("", port), backlog=1024)
    threading.stack_size(256 << 10)
    while True:
        try:
            connection, _ = listener.accept()
            threading.Thread(target=work, args=(connection,), daemon=True).start()
        except (OSError, RuntimeError) as error:
            # Without a free descriptor accept fails at once, again and again: wait until there may be one.
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)


main()
