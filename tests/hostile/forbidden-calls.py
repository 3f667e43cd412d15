# tries: calls that steer the kernel itself or do work that nobody sees
# deserves: passed
import ctypes
import support

zeros = ctypes.create_string_buffer(256)
calls = {
    "keyctl": 250, "add_key": 248, "request_key": 249, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
    "io_uring_setup": 425, "io_uring_register": 427, "kexec_load": 246, "kexec_file_load": 320, "init_module": 175,
    "finit_module": 313, "delete_module": 176, "swapon": 167, "swapoff": 168, "reboot": 169, "syslog": 103, "acct": 163,
    "quotactl": 179, "sethostname": 170, "settimeofday": 164, "iopl": 172, "fanotify_init": 300, "memfd_secret": 447,
    "open_by_handle_at": 304,
}  # fmt: skip
for name, number in calls.items():
    support.call(name, number, 1, ctypes.byref(zeros), 1, 1, 1)
    # The same by its number in x32 programs.
    support.call(f"{name} of x32", number | 0x40000000, 1, ctypes.byref(zeros), 1, 1, 1)
support.serve()
