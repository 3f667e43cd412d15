# mistake: forgot to call its main function, so that it ends at once and in silence.
# fails: L3.14 L3.15 L3.16 L3.S6

import sys


def main():
    print("ready", sys.argv)
