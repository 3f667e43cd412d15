import os
import sys

for path in sys.argv[2:]:
    if os.path.exists(path) and not (os.path.isdir(path) and not os.listdir(path)):
        print("BREACH", path, "is there", flush=True)
        os._exit(99)
exec(open("echo-server.py").read())
