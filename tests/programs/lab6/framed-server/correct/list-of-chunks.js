// correct: keeps chunks in a list and joins them when a message is whole; pauses a client that does not read.

const net = require('node:net');

const port = Number(process.argv[2] ?? 6006);
const withLength = process.argv[3] === 'length';
const LIMIT = 16 * 1024 * 1024;

class Reader {
    constructor() {
        this.chunks = [];
        this.size = 0;
        this.wanted = 4;
        this.inMessage = false;
    }

    // Hands each message's length to `tell`; throws when one is too long.
    lines(chunk, tell) {
        let start = 0;
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
            const last = Buffer.concat([...this.chunks, chunk.subarray(start, end)]);
            tell(last.at(-1) === 13 ? last.length - 1 : last.length);
            this.chunks = [];
            this.size = 0;
            start = end + 1;
        }
        this.chunks.push(chunk.subarray(start));
        this.size += chunk.length - start;
        if (this.size > LIMIT + 1) {
            throw new Error('a line is too long');
        }
    }

    messages(chunk, tell) {
        this.chunks.push(chunk);
        this.size += chunk.length;
        while (this.size >= this.wanted) {
            const all = Buffer.concat(this.chunks);
            const part = all.subarray(0, this.wanted);
            this.chunks = [all.subarray(this.wanted)];
            this.size = all.length - this.wanted;
            if (this.inMessage) {
                tell(part.length);
                this.wanted = 4;
            } else {
                this.wanted = part.readUInt32BE();
                if (this.wanted > LIMIT) {
                    throw new Error('a message is too long');
                }
            }
            this.inMessage = !this.inMessage;
        }
    }
}

function framed(text) {
    if (!withLength) {
        return Buffer.from(text + '\n');
    }
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(text.length);
    return Buffer.concat([prefix, Buffer.from(text)]);
}

const server = net.createServer((socket) => {
    const reader = new Reader();
    socket.on('data', (chunk) => {
        const answers = [];
        const tell = (length) => answers.push(framed(String(length)));
        try {
            withLength ? reader.messages(chunk, tell) : reader.lines(chunk, tell);
        } catch (error) {
            console.error(error.message);
            socket.destroy();
            return;
        }
        if (answers.length > 0 && !socket.write(Buffer.concat(answers))) {
            socket.pause();
        }
    });
    socket.on('drain', () => socket.resume());
    socket.on('error', (error) => console.error('client lost:', error.message));
});

server.listen({ port, host: '0.0.0.0', backlog: 128 });
