# tries: to have 40 children with 20 MiB each
# deserves: stopped: 128 MiB of memory
# limits: memory=128
import signal
import support

for _ in range(40):
    if support.child():
        kept = bytearray(b"x") * (20 << 20)
        signal.pause()
signal.pause()
