// correct: Node accepts at once, so clients wait unread in a queue; a timer goes off each second.

const net = require('node:net');

const LIMIT = 4 << 20;
const waiting = [];
let busy = false;

function serveNext() {
  const socket = waiting.shift();
  busy = socket !== undefined;
  if (busy) serve(socket);
}

function serve(socket) {
  let pieces = [];
  let size = 0;
  socket.on('error', (error) => console.error(`client lost: ${error.message}`));
  socket.on('close', serveNext);
  socket.on('data', (chunk) => {
    if (pieces === null) return;
    pieces.push(chunk);
    size += chunk.length;
    if (chunk.includes(10)) {
      const bytes = Buffer.concat(pieces);
      const line = bytes.toString('utf8', 0, bytes.indexOf(10)).replace(/\r$/, '');
      finish(line.toUpperCase() + '\n');
    } else if (size >= LIMIT) {
      finish('ERROR: line too long\n');
    }
  });
  socket.resume();
  socket.write('HELLO\n');

  // What the client still sends is read and dropped for a while: closing with unread bytes would reset the connection.
  function finish(answer) {
    pieces = null;
    socket.end(answer, () => setTimeout(() => socket.destroy(), 300));
  }
}

const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  waiting.push(socket);
  if (!busy) serveNext();
});
server.listen(Number(process.argv[2] ?? 3232), '0.0.0.0');
setInterval(() => {}, 1000);
