# mistake: leaves the errors of accept to socketserver, which tries again at once.
# fails: L5.S4

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


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 1024
    daemon_threads = True


with Server(("", int(sys.argv[1]) if len(sys.argv) > 1 else 2323), Handler) as server:
    server.serve_forever()
