# tries: to start threads for ever; 3,000 at most, for half a minute
# deserves: stopped: 64 processes and threads
# limits: tasks=64
import threading
import support

threading.stack_size(64 << 10)
for _ in range(3000):
    try:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    except RuntimeError:
        pass
threading.Event().wait(30)
