# tries: to give a thread a table of files of its own, in which nobody would look
# deserves: passed
import support

VM, FS, SIGHAND, THREAD, UNSHARE = 0x100, 0x200, 0x800, 0x10000, 2
stack = support.ctypes.create_string_buffer(1 << 16)
support.call("clone", 56, VM | FS | SIGHAND | THREAD, support.ctypes.addressof(stack) + (1 << 15), 0, 0, 0)
support.call("close_range", 436, 100, 200, UNSHARE)
support.call("unshare", 272, 0x400)
support.serve()
