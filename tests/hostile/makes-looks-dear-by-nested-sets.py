# tries: to keep the grader busy with epoll sets that hold the same sets, for which many threads wait.
# deserves: failed silence
import select
import socket
import support
import threading

listener = socket.create_server(("127.0.0.1", support.port))
inner = [select.epoll() for _ in range(300)]
top = select.epoll()
middle = [select.epoll() for _ in range(200)]
for one in middle:
    for leaf in inner:
        one.register(leaf, select.EPOLLIN)
    top.register(one, select.EPOLLIN)
threading.stack_size(64 << 10)
for _ in range(100):
    threading.Thread(target=top.poll, daemon=True).start()
client, _ = listener.accept()
top.poll()
