# mistake: socketserver.ForkingMixIn with its limit of 40 children.
# fails: L5.S1

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


with Server(("", int(sys.argv[1]) if len(sys.argv) > 1 else 3490), Handler) as server:
    server.serve_forever()
