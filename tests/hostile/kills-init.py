# tries: to end or stop the first process of its namespace, by signals and by limits of its own
# deserves: passed
import os
import resource
import support

for number in [*range(1, 32), *range(34, 65)]:
    try:
        os.kill(1, number)
    except OSError:
        pass
support.refused("a limit of init's", resource.prlimit, 1, resource.RLIMIT_CPU, (0, 0))
support.refused("a limit of init's", resource.prlimit, 1, resource.RLIMIT_NOFILE, (0, 0))
support.serve()
