"""What attacks share that run while they are built: an attack that gets through says so, and its build fails.

All of them end by themselves after half an hour, which is longer than any build, and each bomb after a number of its own,
should nothing contain them.
"""

import os
import signal

signal.alarm(1800)


def breach(what):
    print("BREACH", what, flush=True)
    os._exit(99)


def refused(what, action, *arguments):
    """Tries something that must fail."""
    try:
        result = action(*arguments)
    except (OSError, ValueError):
        return
    breach(f"{what}: {result!r}")


def child():
    """Forks a child that ends after half an hour at the latest. True in the child."""
    if os.fork() == 0:
        signal.alarm(1800)
        return True
    return False
