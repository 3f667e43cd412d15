// mistake: has no handler for the error of a connection, which therefore ends the program.
// fails: L5.4

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
});

server.listen({ port, host: '0.0.0.0', backlog: 1024 });
