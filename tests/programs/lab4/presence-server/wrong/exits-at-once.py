# mistake: forgot to call its main function, so that it ends at once and in silence.
# fails: L4.1 L4.2 L4.3 L4.4 L4.5 L4.6 L4.7 L4.8 L4.9 L4.10 L4.11 L4.12 L4.13 L4.S1 L4.S2 L4.S3 L4.S4 L4.S5 L4.S6 L4.S7

import sys


def main():
    print("ready", sys.argv)
