# tries: to greet from the handler of a timer of which the kernel shows nothing
# deserves: failed silence
import signal
import socket
import support

listener = socket.create_server(("127.0.0.1", support.port))
client, _ = listener.accept()
signal.signal(signal.SIGALRM, lambda *_: client.sendall(b"HELLO\n"))
signal.setitimer(signal.ITIMER_REAL, 20)
while True:
    signal.pause()
