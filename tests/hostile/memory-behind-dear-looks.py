# tries: to make each look at its memory take long, by 100 processes that share 100 MiB, and to take 2 GiB meanwhile
# deserves: stopped: 192 MiB of memory
# limits: memory=192
import mmap
import os
import signal
import time
import support

shared = mmap.mmap(-1, 100 << 20)
for page in range(0, 100 << 20, 4096):
    shared[page] = 1
for _ in range(100):
    if support.child():
        sum(shared[page] for page in range(0, 100 << 20, 4096))
        signal.pause()
while time.process_time() < 1:
    pass
kept = []
for _ in range(512):
    kept.append(mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE))
support.breach("2 GiB of memory")
