import ctypes

from support import breach

libc = ctypes.CDLL(None)
for path in [b"/", b"/etc", b"@stage@"]:
    if libc.mount(None, path, None, 32, None) == 0 or libc.umount2(path, 2) == 0:
        breach("a file system was mounted")
if libc.unshare(0x10000000) == 0:
    breach("a user namespace was made")
