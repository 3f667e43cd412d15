import os

import support  # whose alarm ends it

os.read(os.pipe()[0], 1)
