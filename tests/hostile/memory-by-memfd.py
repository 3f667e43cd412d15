# tries: to fill files in memory, of which nothing is mapped; 600 MiB at most
# deserves: passed
# limits: memory=64
import os
import support

try:
    for _ in range(600):
        os.write(os.memfd_create("segment"), b"x" * (1 << 20))
    support.breach("600 MiB of files in memory")
except OSError:
    support.serve()
