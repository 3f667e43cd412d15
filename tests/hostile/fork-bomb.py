# tries: to fork for ever; 3,000 times at most
# deserves: stopped: 64 processes and threads
# limits: tasks=64
import signal
import support

for _ in range(3000):
    try:
        if support.child():
            signal.pause()
    except OSError:
        pass
