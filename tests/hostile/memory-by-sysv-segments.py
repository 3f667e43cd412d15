# tries: to fill segments of shared memory as System V has them, none attached; 600 MiB at most
# deserves: passed
# limits: memory=64
import ctypes
import support

support.libc.shmat.restype = ctypes.c_void_p
for size in [1 << 20, (1 << 32) + 4096]:
    if support.libc.shmget(0, ctypes.c_size_t(size), 0o1600) != -1:
        support.breach(f"a segment of {size} bytes")
if support.libc.shmget(0, ctypes.c_size_t(4096), 0o1600) == -1:
    support.breach("nothing, but an honest program could not have its small segment either")
support.serve()
