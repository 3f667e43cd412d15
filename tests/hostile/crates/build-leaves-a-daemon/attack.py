import os
import signal
import sys

from support import child

if child():
    os.setsid()
    if child():
        os.execv(sys.executable, [sys.executable, "-c", "import signal; signal.alarm(120); signal.pause()", "@mark@"])
    os._exit(0)
