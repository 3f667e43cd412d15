// mistake: serves all clients side by side, as Node does by itself.
// fails: L2.7

const net = require('node:net');

const WRITE_LIMIT_MS = 2000;
const [port = 2205, pause = 1000, iterations = 15] = process.argv.slice(2).map(Number);

function serve(socket) {
  const start = performance.now();
  let lines = 0;
  let timer;
  let time = 0;
  socket.on('error', (error) => console.error(`client lost: ${error.message}`));
  socket.on('close', () => clearTimeout(timer));
  socket.resume();

  function send() {
    time = Math.max(time, Date.now());
    lines += 1;
    const line = `{'time' : '${new Date(time).toISOString()}'}\n`;
    if (lines === iterations) {
      socket.end(line);
      timer = setTimeout(() => socket.destroy(), 500);
    } else if (socket.write(line)) {
      pauseThenSend();
    } else {
      timer = setTimeout(() => socket.destroy(), WRITE_LIMIT_MS);
      socket.once('drain', () => {
        clearTimeout(timer);
        pauseThenSend();
      });
    }
  }

  function pauseThenSend() {
    timer = setTimeout(send, Math.max(0, start + pause * lines - performance.now()));
  }

  send();
}

net.createServer(serve).listen(port, '0.0.0.0');
