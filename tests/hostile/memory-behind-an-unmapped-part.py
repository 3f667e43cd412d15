# tries: to keep shared memory of which it maps no more than a page; 640 MiB at most
# deserves: stopped: 64 MiB of memory
# without groups: error
# limits: memory=64
import ctypes
import mmap
import signal
import support

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
PART, PAGE = 8 << 20, 4096
for _ in range(80):
    place = libc.mmap(None, PART, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
    ctypes.memset(place, 1, PART)
    # The kernel keeps all of it as long as any of it is mapped.
    libc.munmap(place + PAGE, PART - PAGE)
signal.pause()
