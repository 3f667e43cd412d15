# mistake: forgot to call its main function, so that it ends at once and in silence.
# fails: L3.17 L3.18

import sys


def main():
    print("ready", sys.argv)
