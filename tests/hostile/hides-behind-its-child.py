# tries: to be judged by nobody: until its child ends, which it never does, no signal wakes it, as if it waited for a disk
# deserves: failed silence
import os
import platform
import signal
import socket
import support

CLONE_VFORK = 0x4000
number = 56 if platform.machine() == "x86_64" else 220
listener = socket.create_server(("127.0.0.1", support.port))
client, _ = listener.accept()
if support.libc.syscall(number, CLONE_VFORK | signal.SIGCHLD, 0, 0, 0, 0) == 0:
    signal.alarm(300)
    signal.pause()
client.sendall(b"HELLO\n")
