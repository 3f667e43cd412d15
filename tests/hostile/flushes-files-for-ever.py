# tries: to be in the state in which nothing wakes it for ever, by flushing a file of the system's
# deserves: failed busy
import os
import socket
import support

listener = socket.create_server(("127.0.0.1", support.port))
client, _ = listener.accept()
file = os.open("/etc/passwd", os.O_RDONLY)
while True:
    os.fsync(file)
    os.fdatasync(file)
    os.sync()
