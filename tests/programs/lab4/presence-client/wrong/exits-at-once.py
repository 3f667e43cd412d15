# mistake: forgot to call its main function, so that it ends at once and in silence.
# fails: L4.14 L4.15 L4.16

import sys


def main():
    print("ready", sys.argv)
