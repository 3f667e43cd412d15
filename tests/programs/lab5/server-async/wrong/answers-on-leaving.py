# mistake: collects the answers, and writes them when the client leaves.
# fails: L5.1 L5.2 L5.3 L5.4 L5.10 L5.S1 L5.S2 L5.S3 L5.S4

import asyncio
import resource
import sys


async def converse(reader, writer):
    answers = []
    async for line in reader:
        text = line.rstrip(b"\r\n")
        answers.append(b"> " + text.upper() + b"\n")
        if text.lower() == b"bye":
            break
    writer.writelines(answers)
    await writer.drain()


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
    server = await asyncio.start_server(serve, "0.0.0.0", port, backlog=1024)
    await server.serve_forever()


asyncio.run(main())
