import os
import signal

import support  # whose alarm ends it

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in [signal.SIGTERM, signal.SIGKILL]:
    try:
        os.kill(-1, number)
    except ProcessLookupError:
        pass
