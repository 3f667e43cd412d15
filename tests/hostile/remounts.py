# tries: to make the file system writable again, to take mounts off and to mount others
# deserves: passed
import ctypes
import support

MS_REMOUNT, MS_BIND = 32, 4096
for target in [b"/", b"/etc", b"/usr", b"/proc", b"/proc/sys"]:
    for flags in [MS_REMOUNT, MS_REMOUNT | MS_BIND]:
        if support.libc.mount(None, target, None, ctypes.c_ulong(flags), None) == 0:
            support.breach(f"remounts {target}")
for source, target, kind in [(b"none", b"/tmp", b"tmpfs"), (b"proc", b"/tmp", b"proc"), (b"sysfs", b"/tmp", b"sysfs")]:
    if support.libc.mount(source, target, kind, ctypes.c_ulong(0), None) == 0:
        support.breach(f"mounts {kind}")
for target in [b"/tmp", b"/proc", b"/dev", b"/run"]:
    if support.libc.umount2(target, 2) == 0:
        support.breach(f"takes {target} off")
for name, number in [("open_tree", 428), ("move_mount", 429), ("fsopen", 430), ("mount_setattr", 442)]:
    support.call(name, number, -100, b"/", 1, 0, 0)
support.refused("/etc/written", open, "/etc/written", "w")
support.serve()
