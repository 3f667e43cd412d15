# tries: to have a daemon hold 200 ports, the grader's usual one among them, for whoever comes next
# deserves: passed
import os
import signal
import socket
import support

if support.child():
    held = []
    for port in [3232, 8080, *range(20_000, 20_200)]:
        try:
            held.append(socket.create_server(("", port)))
        except OSError:
            pass
    signal.pause()
support.serve()
