import os

from support import breach, refused

for folder in ["course", "class", "results", "home", "target"]:
    for path, _, files in os.walk("@stage@/" + folder):
        if files and not path.startswith("@stage@/results/"):
            breach(f"{path} shows {files}")
for path in ["@out@/notes.txt", "@stage@/home/.ssh/id_ed25519", "/proc/1/root@out@/notes.txt"]:
    refused(f"{path} was read", open, path)
if "GRADER_TOKEN" in os.environ:
    breach("a variable of the grader is set")
for number in range(1, 10):
    try:
        with open(f"/proc/{number}/environ", "rb") as environment:
            if b"TOKEN" in environment.read():
                breach("the grader's environment was read")
    except OSError:
        pass
