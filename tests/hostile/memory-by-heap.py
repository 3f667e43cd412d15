# tries: to fill the heap; 600 MiB at most
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import support

kept = []
for _ in range(600):
    kept.append(bytearray(b"x") * (1 << 20))
support.serve()
