import os
import time

from support import child

for _ in range(300):
    if child():
        while time.process_time() < 0.5:
            pass
        os._exit(0)
    os.wait()
