import os
import sys

table = open("/proc/self/mountinfo").read()
for path in sys.argv[2:]:
    if path in table:
        print("BREACH", path, "is named", table, flush=True)
        os._exit(99)
exec(open("echo-server.py").read())
