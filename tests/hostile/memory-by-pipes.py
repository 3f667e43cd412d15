# tries: to keep 400 MiB in pipes
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import fcntl
import os
import resource
import support

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
F_SETPIPE_SZ = 1031
for _ in range(9000):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        fcntl.fcntl(writing, F_SETPIPE_SZ, 1 << 20)
    except OSError:
        pass
    try:
        while os.write(writing, bytes(4096)):
            pass
    except OSError:
        pass
support.linger()
support.serve()
