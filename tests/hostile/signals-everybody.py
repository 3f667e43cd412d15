# tries: to signal every process that there is or may be, as one and one by one
# deserves: passed
import os
import signal
import support

for pid in [-1, *range(2, 70_000)]:
    try:
        if pid != os.getpid():
            os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
support.serve()
