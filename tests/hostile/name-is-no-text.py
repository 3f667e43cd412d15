# tries: not to be seen for its name, which is not text and looks like the end of a record
# deserves: failed silence
import socket
import support

PR_SET_NAME = 15
support.libc.prctl(PR_SET_NAME, b"\xff\xfe) Z 0", 0, 0, 0)
client, _ = socket.create_server(("127.0.0.1", support.port)).accept()
client.recv(1)
