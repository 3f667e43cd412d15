# tries: to be judged by nobody: among so many threads two wake each other every few milliseconds, while the others are looked at
# deserves: failed asleep
import socket
import threading
import time
import support

threading.stack_size(65536)
idle, woken = threading.Event(), threading.Semaphore(0)


def wake():
    while True:
        time.sleep(0.005)
        woken.release()


def wait():
    while True:
        woken.acquire()


listener = socket.create_server(("127.0.0.1", support.port))
for target in [idle.wait] * 300 + [wait, wake]:
    threading.Thread(target=target, daemon=True).start()
client, _ = listener.accept()
idle.wait()
client.sendall(b"HELLO\n")
