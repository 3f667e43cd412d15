# tries: to fill memory through shm_open(3), of which nothing is mapped; 64 MiB at most
# deserves: stopped: 48 MiB of memory
# limits: memory=48
import signal
import support

with open("/dev/shm/segment", "wb") as segment:
    for _ in range(60):
        segment.write(b"x" * (1 << 20))
    segment.flush()
    signal.pause()
