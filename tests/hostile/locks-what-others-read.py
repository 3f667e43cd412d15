# tries: to meet others at the locks of files that all can read.
# deserves: passed
import fcntl
import support

# The test has locked both for reading all the time.
for name in ["/usr/bin/env", __file__]:
    file = open(name, "rb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        support.breach(f"the lock of another on {name} is seen here: {error}")

support.serve()
