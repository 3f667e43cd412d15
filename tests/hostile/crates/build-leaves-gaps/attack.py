import os

import support  # whose alarm ends it

for number in range(3000):
    with open(f"file{number}", "wb") as file:
        os.truncate(file.fileno(), 250 << 20)
