# tries: to leave a daemon behind, in a session of its own and ignoring every signal
# deserves: passed
import os
import signal
import support

if support.child():
    os.setsid()
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    if support.child():
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        os.close(0), os.close(1), os.close(2)
        while True:
            signal.pause()
    os._exit(0)
support.serve()
