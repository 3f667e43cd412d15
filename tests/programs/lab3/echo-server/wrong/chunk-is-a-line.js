// mistake: takes each data event for a line, and queues clients so that they are served in turn.
// fails: L3.4 L3.S1 L3.S2 L3.S4

const net = require('node:net');

const waiting = [];
let busy = false;

function serveNext() {
  const socket = waiting.shift();
  busy = socket !== undefined;
  if (!busy) return;
  socket.on('error', (error) => console.error(`client lost: ${error.message}`));
  socket.on('close', serveNext);
  socket.write('HELLO\n');
  socket.once('data', (chunk) => {
    socket.end(chunk.toString().split('\n')[0].replace(/\r$/, '').toUpperCase() + '\n');
    setTimeout(() => socket.destroy(), 300);
  });
  socket.resume();
}

const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  waiting.push(socket);
  if (!busy) serveNext();
});
server.listen(Number(process.argv[2] ?? 3232), '0.0.0.0');
