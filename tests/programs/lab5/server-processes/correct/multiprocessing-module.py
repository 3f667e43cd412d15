# correct: processes of the multiprocessing module, for each of which the parent keeps two descriptors open, and children inherit them.

import multiprocessing
import socket
import sys
import time


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


def work(connection):
    try:
        serve(connection)
    except OSError as error:
        print("client lost:", error, file=sys.stderr)


def main():
    multiprocessing.set_start_method("fork")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2323
    listener = socket.create_server(("", port), backlog=1024)
    listener.settimeout(1)
    while True:
        # Buries those that have ended.
        multiprocessing.active_children()
        try:
            connection, _ = listener.accept()
            connection.settimeout(None)
            multiprocessing.Process(target=work, args=(connection,)).start()
            connection.close()
        except TimeoutError:
            pass
        except OSError as error:
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)


main()
