// mistake: throws what it does not expect, so that Node prints a stack trace when the connection is refused.
// fails: L1.7

const net = require('node:net');

const REQUEST = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";
const [host = 'www.heig-vd.ch', port = '80'] = process.argv.slice(2);

let connected = false;
const socket = net.connect({ host, port: Number(port), autoSelectFamily: true });
socket.on('connect', () => {
  connected = true;
  socket.write(REQUEST);
});
socket.on('error', (error) => {
  process.exitCode = 1;
  if (connected) {
    console.error(`connection lost: ${error.message}`);
  } else if (error.syscall === 'getaddrinfo') {
    console.error(`unknown host ${host}: ${error.code}`);
  } else {
    throw error;
  }
});
socket.pipe(process.stdout, { end: false });
