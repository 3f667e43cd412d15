# tries: to make the kernel keep 400 MiB of semaphores, for which no process is charged
# deserves: passed
import support

for _ in range(200):
    support.call("semget", 64, 0, 32000, 0o1600)
support.serve()
