# correct: socketserver.ForkingMixIn, which looks twice a second for children that have ended.

import socketserver
import sys


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            self.wfile.write(text.upper() + b"\n")
            if text.lower() == b"bye":
                return


class Server(socketserver.ForkingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 1024
    max_children = 5000


with Server(("", int(sys.argv[1]) if len(sys.argv) > 1 else 3490), Handler) as server:
    server.serve_forever()
