# tries: to learn what hidden folders are called, and where the machine keeps its own.
# deserves: passed
import os
import support

hidden = support.told["folder"]
for table in ["mountinfo", "mounts", "mountstats"]:
    if hidden in open(f"/proc/self/{table}").read():
        support.breach(f"{table} names {hidden}")
for process in filter(str.isdigit, os.listdir("/proc")):
    for link in ["exe", "cwd", "root"]:
        try:
            leads_to = os.readlink(f"/proc/{process}/{link}")
        except OSError:
            continue
        if os.path.dirname(hidden) in leads_to:
            support.breach(f"{link} of {process} leads to {leads_to}")

support.serve()
