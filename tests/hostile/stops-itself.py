# tries: to stop itself, so that nothing ever comes of it
# deserves: failed not_listening
import os
import signal
import support

os.kill(os.getpid(), signal.SIGSTOP)
support.serve()
