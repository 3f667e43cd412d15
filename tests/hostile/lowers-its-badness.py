# tries: to be spared when the machine runs out of memory, and to reset the greatest size that it has had
# deserves: passed
import support

for file, text in (("oom_score_adj", "0"), ("clear_refs", "5"), ("oom_adj", "-17")):
    support.refused(file, lambda: open(f"/proc/self/{file}", "w").write(text))
support.serve()
