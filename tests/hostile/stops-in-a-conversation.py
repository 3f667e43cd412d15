# tries: to stop itself with a client connected
# deserves: failed silence
import os
import signal
import socket
import support

client, _ = socket.create_server(("127.0.0.1", support.port)).accept()
os.kill(os.getpid(), signal.SIGSTOP)
