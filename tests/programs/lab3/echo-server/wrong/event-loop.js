// mistake: serves all clients side by side, as Node does by itself.
// fails: L3.7

const net = require('node:net');

const LIMIT = 4 << 20;

function serve(socket) {
  socket.write('HELLO\n');
  let pieces = [];
  let size = 0;
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
  socket.on('error', (error) => console.error(`client lost: ${error.message}`));

  function finish(answer) {
    pieces = null;
    socket.end(answer);
    setTimeout(() => socket.destroy(), 500);
  }
}

net.createServer(serve).listen(Number(process.argv[2] ?? 3232), '0.0.0.0');
