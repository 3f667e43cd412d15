# tries: to read what is in folders that are hidden from it, and to print it
# deserves: passed
import os
import support


def look(folder):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        print(name, open(path).read() if os.path.isfile(path) else "")
        support.breach(f"{path} is to be seen")


for folder in (support.told["folder"], support.told["hidden"], "/tmp/../" + support.told["folder"]):
    try:
        look(folder)
    except FileNotFoundError:
        pass
support.serve()
