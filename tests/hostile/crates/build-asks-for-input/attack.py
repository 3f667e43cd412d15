import sys

import support  # whose alarm ends it

sys.stdin.read()
