# mistake: listens on IPv6 alone, so that who comes over IPv4 is refused.
# fails: L4.1

import os
import selectors
import socket
import sys
import time
import unicodedata

LINE_LIMIT = 64 << 10
OUT_LIMIT = 8 << 20
PATIENCE = 0.3
ANONYMOUS = "An anonymous user"
WELCOME = "Welcome. You can use these commands: HELLO, SAY, WHO, BYE, KILL."
WHAT = "What? I only understand HELLO, SAY, WHO, BYE and KILL commands"


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.name = ANONYMOUS
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.deadline = None
        self.shut = False


class Server:
    def __init__(self, port):
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("::", port), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=False)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.members = {}
        self.to_write = {}
        self.to_drop = {}
        self.ending = set()
        self.killer = None

    def run(self):
        while True:
            for key, events in self.selector.select(0.05 if self.ending else None):
                if key.data is None:
                    self.accept()
                    continue
                if events & selectors.EVENT_WRITE:
                    self.to_write[key.data] = True
                if events & selectors.EVENT_READ:
                    self.receive(key.data)
            while self.to_write or self.to_drop:
                self.flush()
            for client in [one for one in self.ending if time.monotonic() > one.deadline]:
                self.drop(client)

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            # Without a free descriptor accept fails at once, again and again: wait until there may be one.
            print("accept:", error, file=sys.stderr)
            time.sleep(0.1)
            return
        connection.setblocking(False)
        client = Client(connection)
        self.selector.register(connection, selectors.EVENT_READ, client)
        self.tell_all("Someone has arrived...")
        self.tell(client, WELCOME)
        self.members[client] = True

    def tell(self, client, line):
        self.put(client, (line + "\n").encode())

    def put(self, client, data):
        client.outgoing += data
        if len(client.outgoing) > OUT_LIMIT:
            self.to_drop[client] = True
        else:
            self.to_write[client] = True

    def tell_all(self, line):
        data = (line + "\n").encode()
        for client in self.members:
            self.put(client, data)

    def receive(self, client):
        try:
            data = client.connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self.to_drop[client] = True
            return
        if client in self.ending:
            if not data:
                self.to_drop[client] = True
        elif data:
            client.incoming += data
            self.take_lines(client)
        else:
            self.leave(client)

    def take_lines(self, client):
        *lines, rest = client.incoming.split(b"\n")
        client.incoming = rest
        for line in lines:
            if client not in self.ending:
                self.obey(client, clean(line))
        if len(rest) > LINE_LIMIT and client not in self.ending:
            self.tell(client, "That line is too long.")
            self.leave(client)

    def obey(self, client, line):
        command, _, rest = line.partition(" ")
        command = command.upper()
        if command == "HELLO":
            client.name = (rest.split() or [ANONYMOUS])[0]
            self.tell_all(f"{client.name} is in the room.")
        elif command == "SAY":
            self.tell_all(f"{client.name} says: {rest or 'nothing...'}")
        elif command == "WHO":
            names = [f" - {member.name}" for member in self.members]
            self.tell(client, "\n".join(["Currently connected users:", *names, ""]))
        elif command == "BYE":
            self.tell_all(f"{client.name} is about to leave the room.")
            self.leave(client)
        elif command == "KILL":
            self.tell(client, "KILL command received. Bringing server down...")
            self.killer = client
            self.leave(client)
        else:
            self.tell(client, WHAT)

    def leave(self, client):
        """The rest is sent, then our side is shut down; the client has a moment to close his."""
        if self.members.pop(client, None):
            self.tell_all(f"{client.name} has left the room.")
        client.deadline = time.monotonic() + PATIENCE
        self.ending.add(client)
        self.to_write[client] = True

    def flush(self):
        for client in self.to_write:
            self.write_out(client)
        self.to_write = {}
        dropped, self.to_drop = self.to_drop, {}
        for client in dropped:
            self.drop(client)

    def write_out(self, client):
        if client in self.to_drop or client.connection.fileno() < 0:
            return
        try:
            del client.outgoing[: client.connection.send(client.outgoing)]
        except BlockingIOError:
            pass
        except OSError:
            self.to_drop[client] = True
            return
        if client in self.ending and not client.outgoing and not client.shut:
            client.shut = True
            try:
                client.connection.shutdown(socket.SHUT_WR)
            except OSError:
                self.to_drop[client] = True
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.outgoing else 0)
        if self.selector.get_key(client.connection).events != events:
            self.selector.modify(client.connection, events, client)

    def drop(self, client):
        if client.connection.fileno() < 0:
            return
        self.leave(client)
        self.ending.discard(client)
        self.selector.unregister(client.connection)
        client.connection.close()
        if client is self.killer:
            os._exit(0)


def clean(line):
    text = line.removesuffix(b"\r").decode("utf-8", "replace")
    return "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)


Server(int(sys.argv[1]) if len(sys.argv) > 1 else 9907).run()
