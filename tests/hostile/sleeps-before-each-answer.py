# tries: to keep the grader waiting, a while for each client and never for long
# deserves: stopped: 2 s of sleep
# limits: sleep=2
# only: L3.6
import socket
import time
import support

listener = socket.create_server(("127.0.0.1", support.port))
while True:
    client, _ = listener.accept()
    time.sleep(1.5)
    client.sendall(b"HELLO\n")
    line = client.makefile("rb").readline()
    time.sleep(1.5)
    client.sendall(line.upper())
    client.close()
