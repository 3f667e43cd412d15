# tries: to have namespaces of its own, in which it would be root
# deserves: passed
import ctypes
import support

NEWUSER, SIGCHLD = 0x10000000, 17
for flag in [NEWUSER, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80]:
    if support.libc.unshare(flag) == 0:
        support.breach(f"unshare {flag:#x}")
    if flag != 0x80:
        support.call(f"clone {flag:#x}", 56, ctypes.c_ulong(NEWUSER | flag | SIGCHLD), None, None, None, None)
flags = (ctypes.c_uint64 * 11)(NEWUSER, 0, 0, 0, SIGCHLD)
support.call("clone3", 435, ctypes.byref(flags), 88)
for name in ["net", "user", "mnt", "pid", "ipc"]:
    with open(f"/proc/self/ns/{name}") as own:
        if support.libc.setns(own.fileno(), 0) == 0:
            support.breach(f"setns {name}")
support.serve()
