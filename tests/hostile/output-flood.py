# tries: to print for ever; 600 MiB at most
# deserves: stopped: 8 MiB of output
# limits: output=8
import os
import support

for _ in range(9600):
    os.write(1, b"x" * 65536)
support.serve()
