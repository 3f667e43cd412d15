# tries: to read hidden files through links of its own and through the roots and folders of other processes
# deserves: passed
import os
import support

secret = support.told["folder"] + "/secret"
os.symlink(secret, "/tmp/link")
os.symlink("/proc/1/root", "/tmp/root")
for path in ["/tmp/link", f"/tmp/root{secret}", f"/proc/self/root{secret}", f"/proc/1/cwd/{secret}", f"/..{secret}"]:
    support.refused(path, lambda: open(path).read())
support.refused("a hard link", os.link, "/etc/hostname", "/tmp/hard")
support.serve()
