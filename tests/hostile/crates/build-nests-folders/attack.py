import os

import support  # whose alarm ends it

for _ in range(3000):
    os.mkdir("folder")
    os.chdir("folder")
open("file", "w").close()
