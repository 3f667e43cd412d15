# mistake: forgot to call its main function, so that it ends at once and in silence.
# fails: L2.1 L2.2 L2.3 L2.4 L2.5 L2.6 L2.7 L2.8 L2.S1 L2.S2 L2.S3

import sys


def main():
    print("ready", sys.argv)
