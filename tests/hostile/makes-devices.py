# tries: to make device files, and to open those of the machine
# deserves: passed
import os
import stat
import support

for kind, major, minor in [(stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 1, 11), (stat.S_IFBLK, 8, 0), (stat.S_IFBLK, 254, 0)]:
    support.refused("mknod", os.mknod, f"/tmp/{major}-{minor}", kind | 0o600, os.makedev(major, minor))
harmless = {"null", "zero", "full", "random", "urandom", "shm", "fd", "stdin", "stdout", "stderr"}
if set(os.listdir("/dev")) - harmless:
    support.breach(f"there are {os.listdir('/dev')}")
support.refused("a file in /dev", open, "/dev/null2", "w")
with open("/dev/null", "w") as null, open("/dev/urandom", "rb") as random:
    null.write(str(random.read(1)))
support.serve()
