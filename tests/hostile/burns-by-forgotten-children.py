# tries: to have its computing done by children whose end nobody waits for, so that their time is added to nobody's
# deserves: failed busy
import os
import signal
import socket
import time
import support

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", support.port))
client, _ = listener.accept()
for _ in range(2000):
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        until = time.process_time() + 0.03
        while time.process_time() < until:
            pass
        os._exit(0)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass
