import os
import signal

from support import child

child()
os.kill(os.getpid(), signal.SIGSTOP)
