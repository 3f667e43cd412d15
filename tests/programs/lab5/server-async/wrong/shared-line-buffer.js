// mistake: one variable keeps the rest of whoever has spoken.
// fails: L5.2

const net = require('node:net');

const port = Number(process.argv[2] ?? 9907);

let rest = '';

const server = net.createServer((socket) => {
    socket.setEncoding('utf8');
    socket.on('data', (piece) => {
        const lines = (rest + piece).split('\n');
        rest = lines.pop();
        let answers = '';
        for (const line of lines) {
            const text = line.replace(/\r$/, '');
            answers += '> ' + text.toUpperCase() + '\n';
            if (text.toLowerCase() === 'bye') {
                socket.removeAllListeners('data');
                socket.resume();
                socket.end(answers);
                return;
            }
        }
        if (!socket.write(answers)) {
            socket.pause();
        }
    });
    socket.on('drain', () => socket.resume());
    socket.on('error', (error) => console.error('client lost:', error.message));
});

server.listen({ port, host: '0.0.0.0', backlog: 1024 });
