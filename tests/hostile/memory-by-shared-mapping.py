# tries: to fill memory that is shared with a child; 600 MiB at most
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import mmap
import signal
import support

shared = mmap.mmap(-1, 600 << 20)
if support.child():
    signal.pause()
for page in range(0, 600 << 20, 4096):
    shared[page] = 1
signal.pause()
