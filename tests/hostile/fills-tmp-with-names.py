# tries: to fill /tmp with empty files; 20,000 at most
# deserves: stopped: 16384 files in a folder
import signal
import support

try:
    for number in range(20_000):
        open(f"/tmp/{number}", "wb").close()
except OSError:
    signal.pause()
