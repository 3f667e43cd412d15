# correct: a coroutine for each client, and drain, so that a client that does not read is not read from.

import asyncio
import sys

LIMIT = 16 << 20


async def messages(reader, with_length):
    while True:
        if with_length:
            length = int.from_bytes(await reader.readexactly(4), "big")
            if length > LIMIT:
                raise ValueError("a message is too long")
            yield await reader.readexactly(length)
        else:
            line = await reader.readuntil(b"\n")
            line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
            if len(line) > LIMIT:
                raise ValueError("a line is too long")
            yield line


async def serve(reader, writer, with_length):
    try:
        async for message in messages(reader, with_length):
            answer = str(len(message)).encode()
            writer.write(len(answer).to_bytes(4, "big") + answer if with_length else answer + b"\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError) as error:
        print("client left:", error, file=sys.stderr)
    finally:
        writer.close()


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 6006
    with_length = sys.argv[2:] == ["length"]
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, with_length), "0.0.0.0", port, limit=LIMIT + 2, backlog=128
    )
    async with server:
        await server.serve_forever()


asyncio.run(main())
