# tries: to seem silent while a timer will send it a signal; it catches all others, as runtimes do.
# deserves: failed unexpected
import ctypes
import signal
import struct
import support

MILLISECONDS = 300

for number in [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGALRM, signal.SIGRTMIN]:
    signal.signal(number, lambda *_: None)


def wait():
    timer = ctypes.c_void_p()
    # struct sigevent: no value, the signal, SIGEV_SIGNAL.
    event = struct.pack("qii", 0, signal.SIGRTMIN, 0).ljust(64, b"\0")
    support.libc.timer_create(1, event, ctypes.byref(timer))
    spec = struct.pack("4q", 0, 0, 0, MILLISECONDS * 1_000_000)
    support.libc.timer_settime(timer, 0, spec, None)
    signal.pause()


support.speak_after(wait)
