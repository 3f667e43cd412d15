import os
import sys

from support import breach

for path in sys.argv[1:]:
    if os.path.exists(path) and not (os.path.isdir(path) and not os.listdir(path)):
        breach(f"{path} is there")
