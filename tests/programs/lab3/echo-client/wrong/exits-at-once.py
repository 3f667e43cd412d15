# mistake: forgot to call its main function, so that it ends at once and in silence.
# fails: L3.10 L3.11 L3.12 L3.13 L3.S5

import sys


def main():
    print("ready", sys.argv)
