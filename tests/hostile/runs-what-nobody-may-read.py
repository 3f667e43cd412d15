# tries: to hide its calls in a program that may be run and not read, which makes it undumpable
# deserves: failed hidden
import os
import shutil
import support

shutil.copy("/bin/sleep", "/tmp/unreadable")
os.chmod("/tmp/unreadable", 0o111)
os.execv("/tmp/unreadable", ["sleep", "100"])
