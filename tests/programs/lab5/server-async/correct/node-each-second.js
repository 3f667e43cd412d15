// correct: events and callbacks, and an interval of 1 s.

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

server.listen({ port, host: '0.0.0.0', backlog: 1024 });

let seconds = 0;
setInterval(() => { seconds += 1; }, 1000);
