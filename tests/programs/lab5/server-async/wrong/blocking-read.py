# mistake: a coroutine for each client, which reads with a call that blocks.
# fails: L5.9 L5.10 L5.11 L5.S1 L5.S2 L5.S3 L5.S4

import asyncio
import resource
import socket
import sys


async def converse(connection):
    with connection.makefile("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            text = line.rstrip(b"\r\n")
            connection.sendall(b"> " + text.upper() + b"\n")
            if text.lower() == b"bye":
                return


async def serve(connection):
    with connection:
        try:
            await converse(connection)
        except OSError as error:
            print("client lost:", error, file=sys.stderr)


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9907
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.create_server(("", port), backlog=1024)
    listener.setblocking(False)
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, _ = await loop.sock_accept(listener)
        except OSError as error:
            print("accept:", error, file=sys.stderr)
            await asyncio.sleep(0.1)
            continue
        connection.setblocking(True)
        asyncio.create_task(serve(connection))


asyncio.run(main())
