# tries: to have its computing done by children, one after the other; 2,000 of 10 ms at most
# deserves: stopped: 1 s of processor time
# limits: processor=1
import os
import time
import support

for _ in range(2000):
    if support.child():
        while time.process_time() < 0.01:
            pass
        os._exit(0)
    os.wait()
