# tries: to seem silent in a wait for several futexes with a time limit.
# deserves: failed unexpected
import ctypes
import struct
import support
import time

MILLISECONDS = 300
FUTEX_WAITV, FUTEX_32, CLOCK_MONOTONIC = 449, 2, 1


def wait():
    word = ctypes.c_uint32(0)
    waiter = struct.pack("QQII", 0, ctypes.addressof(word), FUTEX_32, 0)
    until = time.monotonic_ns() + MILLISECONDS * 1_000_000
    limit = struct.pack("2q", until // 1_000_000_000, until % 1_000_000_000)
    support.libc.syscall(FUTEX_WAITV, waiter, 1, 0, limit, CLOCK_MONOTONIC)
    if ctypes.get_errno() == 38:
        # A kernel without the call.
        time.sleep(MILLISECONDS / 1000)


support.speak_after(wait)
