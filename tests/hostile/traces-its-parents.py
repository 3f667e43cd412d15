# tries: to trace init, to read and write its memory, and to take its descriptors
# deserves: passed
import ctypes
import os
import support

ATTACH, SEIZE = 16, 0x4206
for request in [ATTACH, SEIZE]:
    for pid in [1, os.getppid()]:
        if support.libc.ptrace(request, pid, None, None) != -1:
            support.breach(f"traces {pid}")
buffer = ctypes.create_string_buffer(16)
for name, number in [("process_vm_readv", 310), ("process_vm_writev", 311), ("kcmp", 312), ("pidfd_getfd", 438)]:
    support.call(name, number, 1, ctypes.byref(buffer), 1, ctypes.byref(buffer), 1, 0)
for file in ["mem", "environ", "maps", "syscall", "fd/0", "root/etc/passwd", "cwd/x", "ns/net"]:
    support.refused(f"/proc/1/{file}", lambda: open(f"/proc/1/{file}", "rb").read(1))
support.refused("writes to init's memory", open, "/proc/1/mem", "r+b")
support.serve()
