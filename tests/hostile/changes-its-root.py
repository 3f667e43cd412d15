# tries: to have another root: chroot(2), pivot_root(2)
# deserves: passed
import os
import support

os.mkdir("/tmp/root")
support.refused("chroot", os.chroot, "/tmp/root")
support.call("pivot_root", 155, b"/tmp", b"/tmp/root")
support.serve()
