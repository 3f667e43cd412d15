import sys

from support import breach

table = open("/proc/self/mountinfo").read()
for path in sys.argv[1:]:
    if path in table:
        breach(f"{path} is named:\n{table}")
