# tries: to end its first thread alone, after which /proc shows no memory of the process, and then to take 600 MiB
# deserves: stopped: 64 MiB of memory
# limits: memory=64
import threading
import time
import support

taken = []


def take():
    time.sleep(0.2)
    for _ in range(150):
        taken.append(bytearray(b"x") * (4 << 20))
    support.serve()


threading.Thread(target=take).start()
support.libc.syscall(60, 0)
