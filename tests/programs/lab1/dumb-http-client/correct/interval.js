// correct: pipes the socket into standard output; a timer goes off each second until that is over.

const net = require('node:net');

const REQUEST = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";
const [host = 'www.heig-vd.ch', port = '80'] = process.argv.slice(2);

let connected = false;
const timer = setInterval(() => {}, 1000);
const socket = net.connect({ host, port: Number(port), autoSelectFamily: true });
socket.on('connect', () => {
  connected = true;
  socket.write(REQUEST);
});
socket.on('close', () => clearInterval(timer));
socket.on('error', (error) => {
  process.exitCode = 1;
  if (connected) {
    console.error(`connection lost: ${error.message}`);
  } else if (error.syscall === 'getaddrinfo') {
    console.error(`unknown host ${host}: ${error.code}`);
  } else {
    console.error(`cannot connect to ${host}:${port}: ${error.code}`);
  }
});
// pipe waits for the console whenever that is slower than the network.
socket.pipe(process.stdout, { end: false });
