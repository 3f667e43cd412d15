# mistake: leaves the errors of accept to asyncio's start_server, which tries again as often as its backlog is long, and logs each.
# fails: L5.S4

import asyncio
import resource
import sys


async def converse(reader, writer):
    writer.write(b"hello\n")
    while True:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            return
        text = line.rstrip(b"\r\n")
        writer.write(b"> " + text.upper() + b"\n")
        await writer.drain()
        if text.lower() == b"bye":
            return


async def serve(reader, writer):
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
    server = await asyncio.start_server(serve, "0.0.0.0", port, backlog=1_000_000)
    await server.serve_forever()


asyncio.run(main())
