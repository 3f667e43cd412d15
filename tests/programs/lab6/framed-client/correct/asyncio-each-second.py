# correct: asyncio streams, and a task that wakes each second; says on standard output that a message was cut short.

import asyncio
import sys

LIMIT = 40_000_000


async def tick():
    while True:
        await asyncio.sleep(1)


async def next_message(reader, with_length):
    """The next message; None at the end between two of them."""
    try:
        if with_length:
            length = int.from_bytes(await reader.readexactly(4), "big")
            if length > LIMIT:
                raise ValueError(f"a message of {length} bytes is too long")
        else:
            line = await reader.readuntil(b"\n")
            return line.removesuffix(b"\n").removesuffix(b"\r")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    return await reader.readexactly(length)


async def main():
    host, port, framing = (sys.argv[1:] + ["localhost", "6006", "lines"][len(sys.argv) - 1:])[:3]
    ticker = asyncio.create_task(tick())
    try:
        reader, writer = await asyncio.open_connection(host, int(port), limit=LIMIT)
        while (message := await next_message(reader, framing == "length")) is not None:
            sys.stdout.buffer.write(message + b"\n")
            sys.stdout.buffer.flush()
    except asyncio.IncompleteReadError:
        print("error: the last message was cut short")
        return 3
    except (OSError, ValueError, asyncio.LimitOverrunError) as error:
        print("error:", error, file=sys.stderr)
        return 2
    finally:
        ticker.cancel()
    writer.close()
    return 0


sys.exit(asyncio.run(main()))
