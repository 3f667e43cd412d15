# tries: to write one file of 60 MiB
# deserves: stopped: 4 MiB in a file
# limits: file=4
import signal
import support

# Python ignores it, and would be told by an error instead.
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
with open("/tmp/huge", "wb") as file:
    for _ in range(60):
        file.write(b"x" * (1 << 20))
support.serve()
