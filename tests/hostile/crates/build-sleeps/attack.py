import time

import support  # whose alarm ends it

time.sleep(100_000)
