# tries: to hide its calls by not being dumpable, and to wait for ever
# deserves: failed hidden
import signal
import support

PR_SET_DUMPABLE = 4
support.libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
signal.pause()
