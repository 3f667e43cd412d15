# tries: to seem silent while a timer of an epoll set, which has another number by now, will wake it.
# deserves: failed unexpected
import os
import select
import struct
import support

MILLISECONDS = 300


def wait():
    timer = support.libc.timerfd_create(1, 0)
    spec = struct.pack("4q", 0, 0, 0, MILLISECONDS * 1_000_000)
    support.libc.timerfd_settime(timer, 0, spec, None)
    epoll = select.epoll()
    epoll.register(timer, select.EPOLLIN)
    other = os.dup(timer)
    os.close(timer)
    epoll.poll()
    os.close(other)


support.speak_after(wait)
