# tries: to find the grader among the processes
# deserves: passed
import os
import support

pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
if set(pids) - {1, os.getpid()}:
    support.breach(f"there are {pids}")
for file in ["stat", "status", "cmdline"]:
    print(open(f"/proc/1/{file}").read())
if os.getuid() == 0 or "CapEff:\t0000000000000000" not in open("/proc/self/status").read():
    support.breach("it has rights")
for name in os.environ:
    usual = {"LANG", "TZ", "HOME", "TMPDIR", "USER", "LOGNAME", "PATH", "LC_CTYPE"}
    if name not in usual | {"DOTNET_SYSTEM_IO_DISABLEFILELOCKING"}:
        support.breach(f"it is told {name}")
support.serve()
