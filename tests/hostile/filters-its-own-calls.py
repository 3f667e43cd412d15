# tries: to install filters of system calls of its own, by which threads could seem to be in calls that never take place
# deserves: passed
import ctypes
import support

# One instruction that allows everything (linux/filter.h).
code = (ctypes.c_uint64 * 1)(0x7FFF0000 << 32 | 0x06)
program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(code))
NEW_LISTENER, SET_MODE_FILTER, PR_SET_SECCOMP = 8, 1, 22
for flags in (0, NEW_LISTENER):
    support.call("seccomp", 317, SET_MODE_FILTER, flags, ctypes.byref(program))
if support.libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0:
    support.breach("prctl")
support.serve()
