# correct: asyncio; each coroutine sleeps 300 ms before the greeting and before each answer.

import asyncio
import resource
import socket
import sys


async def converse(reader, writer):
    await asyncio.sleep(0.3)
    writer.write(b"hello\n")
    while True:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            return
        text = line.rstrip(b"\r\n")
        await asyncio.sleep(0.3)
        writer.write(b"> " + text.upper() + b"\n")
        await writer.drain()
        if text.lower() == b"bye":
            return


async def serve(connection):
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        await converse(reader, writer)
    except (OSError, ValueError) as error:
        print("client lost:", error, file=sys.stderr)
    finally:
        writer.close()


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9907
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.create_server(("", port), backlog=1024)
    listener.setblocking(False)
    loop = asyncio.get_running_loop()
    served = set()
    while True:
        try:
            connection, _ = await loop.sock_accept(listener)
        except OSError as error:
            # Without a free descriptor accept fails at once, again and again: wait until there may be one.
            print("accept:", error, file=sys.stderr)
            await asyncio.sleep(0.1)
            continue
        task = asyncio.create_task(serve(connection))
        served.add(task)
        task.add_done_callback(served.discard)


asyncio.run(main())
