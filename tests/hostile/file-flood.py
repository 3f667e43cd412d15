# tries: to have 20,000 descriptors open, with the soft limit raised as far as it goes
# deserves: passed
# limits: open-files=300
import os
import resource
import support

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
opened = []
try:
    while len(opened) < 20_000:
        opened.append(os.dup(0))
except OSError:
    pass
if len(opened) > 300:
    support.breach(f"{len(opened)} descriptors")
for descriptor in opened:
    os.close(descriptor)
support.serve()
