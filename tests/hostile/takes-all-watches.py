# tries: to use up what inotify has for all programs of the user.
# deserves: passed
import support

instances = 0
while support.libc.inotify_init1(0) != -1:
    instances += 1
    if instances > 64:
        support.breach("inotify has no limit of the room's own")
if instances == 0:
    support.breach("inotify cannot be used at all")

support.serve()
