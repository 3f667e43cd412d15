# tries: to fill page tables by reading one byte of each of 200,000 blocks of 2 MiB that hold nothing; 800 MiB at most
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import mmap
import signal
import support

# MAP_PRIVATE, MAP_ANONYMOUS and MAP_NORESERVE.
empty = mmap.mmap(-1, 200_000 << 21, flags=0x2 | 0x20 | 0x4000)
for block in range(200_000):
    empty[block << 21]
signal.pause()
