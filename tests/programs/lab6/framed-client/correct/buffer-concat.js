// correct: Buffer.concat of all that has come; a list of chunks while a long message is not whole.

const net = require('node:net');

const [host = 'localhost', port = '6006', framing = 'lines'] = process.argv.slice(2);
const withLength = framing === 'length';
const LIMIT = 16 * 1024 * 1024;

let chunks = [];
let size = 0;

// How many bytes are needed before it makes sense to look again.
let enough = 1;

function fail(words) {
    console.error(words);
    process.exitCode = 1;
    socket.destroy();
}

function print(message) {
    process.stdout.write(Buffer.concat([message, Buffer.from('\n')]));
}

function takeWithLength(all) {
    let start = 0;
    while (all.length - start >= 4) {
        const length = all.readUInt32BE(start);
        if (length > LIMIT) {
            fail(`a message of ${length} bytes is too long`);
            return all.length;
        }
        if (all.length - start - 4 < length) {
            enough = 4 + length;
            return start;
        }
        print(all.subarray(start + 4, start + 4 + length));
        start += 4 + length;
    }
    enough = 4;
    return start;
}

function takeLines(all) {
    let start = 0;
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, start)) {
        const line = all.subarray(start, end);
        print(line.at(-1) === 13 ? line.subarray(0, -1) : line);
        start = end + 1;
    }
    if (all.length - start > LIMIT + 1) {
        fail('a line is too long');
    }
    return start;
}

const socket = net.connect(Number(port), host);
socket.on('data', (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (withLength ? size < enough : !chunk.includes(10) && size <= LIMIT + 1) {
        return;
    }
    const all = Buffer.concat(chunks);
    const rest = all.subarray(withLength ? takeWithLength(all) : takeLines(all));
    chunks = [rest];
    size = rest.length;
});
socket.on('end', () => {
    if (size > 0) {
        fail('the server closed in the middle of a message');
    }
});
socket.on('error', (error) => fail(`${host}:${port}: ${error.message}`));
