// mistake: serves all clients side by side, with port, pause and number of lines built in.
// fails: L2.7
// arguments:

const net = require('node:net');

const WRITE_LIMIT_MS = 2000;
const [port, pause, iterations] = [2205, 1000, 15];

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
