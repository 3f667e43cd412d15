"""The servers that the tests measure: a thread for each client, or (`turns`) one client after the other."""

import socketserver
import sys


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"welcome\n")
        for line in self.rfile:
            self.wfile.write(b"> " + line.upper())
            if line.strip().lower() == b"bye":
                return


port, model = sys.argv[1:]
server = socketserver.TCPServer if model == "turns" else socketserver.ThreadingTCPServer
server.daemon_threads = True
server.request_queue_size = 64
server(("127.0.0.1", int(port)), Conversation).serve_forever()
