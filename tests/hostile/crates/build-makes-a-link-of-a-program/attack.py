import os

import support  # whose alarm ends it

os.symlink("/bin/true", "server")
