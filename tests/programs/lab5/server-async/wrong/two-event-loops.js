// mistake: a cluster of two processes, each with an event loop.
// fails: L5.9 L5.11 L5.S4

const cluster = require('node:cluster');
const net = require('node:net');

const port = Number(process.argv[2] ?? 9907);

const server = net.createServer((socket) => {
    let rest = '';
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

if (cluster.isPrimary) {
    cluster.fork();
    cluster.fork();
} else {
    server.listen({ port, host: '0.0.0.0', backlog: 1024 });
}
