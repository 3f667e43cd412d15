# tries: to fill /tmp with files; 600 MiB at most
# deserves: stopped: 8 MiB in a folder
# limits: folder=8
import signal
import support

try:
    for number in range(600):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(b"x" * (1 << 20))
except OSError:
    signal.pause()
