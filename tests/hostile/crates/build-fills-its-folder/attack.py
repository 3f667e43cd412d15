import signal

import support  # whose alarm ends it

try:
    for number in range(12):
        with open(f"file{number}", "wb") as file:
            for _ in range(200):
                file.write(bytes(1 << 20))
except OSError:
    signal.pause()
