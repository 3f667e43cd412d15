# tries: to compute for ever before it listens; two minutes at most
# deserves: stopped: 1 s of processor time
# limits: processor=1
import support

while True:
    pass
