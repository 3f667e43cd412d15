# tries: to make the kernel keep 400 MiB of messages, for which no process is charged
# deserves: passed
import ctypes
import support


class Message(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_long), ("bytes", ctypes.c_char * 8192)]


message, taken = Message(1, b"x" * 8192), 0
while taken < 400 << 20:
    queue = support.libc.syscall(68, 0, 0o1600)
    if queue == -1:
        break
    while support.libc.syscall(69, queue, ctypes.byref(message), 8000, 0o4000) == 0:
        taken += 8192
if taken > 4 << 20:
    support.breach(f"{taken >> 20} MiB of messages")
support.serve()
