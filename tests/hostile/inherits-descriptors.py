# tries: to use descriptors that the grader was started with
# deserves: passed
import os
import support

found = {}
for descriptor in map(int, os.listdir("/proc/self/fd")):
    try:
        found[descriptor] = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        # The folder that was just listed.
        pass
if set(found) - {0, 1, 2}:
    support.breach(f"there are {found}")
support.serve()
