from support import refused

for path in [
    "@out@/grades.csv",
    "@out@/submissions/honest/result.json",
    "@stage@/course/labs/lab3-echo/src/lib.rs",
    "@stage@/class/honest/src/lib.rs",
    "@bait@/written",
    "@stage@/open/written",
    "@bait@/secret",
    "@stage@/target/workshop/lab3/stamp",
    "/etc/written",
    "/usr/written",
    "/proc/sys/kernel/core_pattern",
]:
    refused(f"{path} was written", open, path, "w")
