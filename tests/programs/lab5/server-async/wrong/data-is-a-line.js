// mistake: takes the data of one event for one line.
// fails: L5.2

const net = require('node:net');

const port = Number(process.argv[2] ?? 9907);

const server = net.createServer((socket) => {
    socket.setEncoding('utf8');
    socket.on('data', (piece) => {
        const text = piece.replace(/\r?\n$/, '');
        const more = socket.write('> ' + text.toUpperCase() + '\n');
        if (text.toLowerCase() === 'bye') {
            socket.end();
        } else if (!more) {
            socket.pause();
        }
    });
    socket.on('drain', () => socket.resume());
    socket.on('error', (error) => console.error('client lost:', error.message));
});

server.listen({ port, host: '0.0.0.0', backlog: 1024 });
