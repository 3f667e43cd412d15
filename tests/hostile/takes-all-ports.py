# tries: to bind a socket to each port that the kernel gives to callers, so that the grader's own clients find none
# deserves: failed resource
import os
import resource
import signal
import socket
import support

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
low, high = map(int, open("/proc/sys/net/ipv4/ip_local_port_range").read().split())
reading, writing = os.pipe()
parts = [range(low, (low + high) // 2), range((low + high) // 2, high + 1)]
for ports in parts:
    if support.child():
        kept = []
        for port in ports:
            if port != support.port:
                kept.append(socket.socket())
                try:
                    kept[-1].bind(("", port))
                except OSError:
                    pass
        os.write(writing, b"x")
        signal.pause()
for _ in parts:
    os.read(reading, 1)
support.serve()
