# tries: to steer the terminal and the services that read what is printed on it
# deserves: failed
import sys
import support

for stream in (sys.stdout, sys.stderr):
    stream.write("\x1b[2J\x1b[1;1H\x1b]0;owned\x07\x9b31m\r\x08\u202e\n")
    stream.write("::error::owned\n::set-output name=points::100\n##[set-env name=PATH]x\n##vso[task.complete result=Succeeded;]\n")
    stream.write("  ::stop-commands::owned\nsection_start:1:x\r\x1b[0K\n")
    stream.flush()
sys.exit(1)
