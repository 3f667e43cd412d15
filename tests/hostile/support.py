"""What the attacks share: what they are told, an honest echo server to hide behind, and how they tell that they got through.

An attack that gets through says so and is gone, so that its check cannot pass. All of them end by themselves after five
minutes, which is longer than any check, and each bomb after a number of its own, should nothing contain them.
"""

import ctypes
import os
import signal
import socket
import sys
import time

signal.alarm(300)

told = dict(word.split("=", 1) for word in sys.argv[1:])
port = int(told["port"])
libc = ctypes.CDLL(None, use_errno=True)


def breach(what):
    print("BREACH", what, flush=True)
    os._exit(99)


def refused(what, action, *arguments):
    """Tries something that must fail."""
    try:
        result = action(*arguments)
    except (OSError, ValueError):
        return
    breach(f"{what}: {result!r}")


def call(name, number, *arguments):
    """Makes a system call of x86-64 that must fail; elsewhere the number would mean another."""
    if os.uname().machine == "x86_64" and libc.syscall(number, *arguments) != -1:
        breach(name)


def child():
    """Forks a child that ends after five minutes at the latest. True in the child."""
    if os.fork() == 0:
        signal.alarm(300)
        return True
    return False


def linger():
    """Keeps what it has until the grader must have looked at it."""
    until = time.process_time() + 1
    while time.process_time() < until:
        pass


def serve():
    """Serves as lab 3 wants it."""
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        client, _ = listener.accept()
        try:
            client.sendall(b"HELLO\n")
            line = client.makefile("rb").readline()
            if line.endswith(b"\n"):
                client.sendall(line.decode(errors="replace").upper().encode())
        except OSError:
            pass
        client.close()


def speak_after(wait, stop_listening=False):
    """Greets a client as lab 3 wants it, waits, and says something that must not come."""
    listener = socket.create_server(("127.0.0.1", port))
    client, _ = listener.accept()
    if stop_listening:
        listener.close()
    client.sendall(b"HELLO\n")
    wait()
    client.sendall(b"EXTRA\n")
    client.recv(1)
