# tries: to write results where the grader might keep them, and into every folder that it sees
# deserves: passed
import os
import support

for path in ["target", "target/xtask", "target/xtask/last", support.told["folder"], os.getcwd(), "/", "/etc", "/var", "/home"]:
    for name in ["lab3.json", "results.json", "xtask", "secret"]:
        support.refused(path, open, os.path.join(path, name), "w")
for name in os.listdir("."):
    support.refused(name, os.open, name, os.O_WRONLY)
    support.refused(name, os.rename, name, name + "2")
    support.refused(name, os.unlink, name)
support.serve()
