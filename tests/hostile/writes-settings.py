# tries: to write to every setting of the kernel below /proc/sys and /sys, what it holds already
# deserves: passed
import os
import support


def rewrite(path):
    setting = os.open(path, os.O_RDWR)
    os.write(setting, os.read(setting, 4096) or b"1")


for top in ["/proc/sys", "/sys/kernel", "/sys/fs", "/sys/class", "/sys/module"]:
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            support.refused(path, rewrite, path)
support.refused("its id map", rewrite, "/proc/self/uid_map")
support.serve()
