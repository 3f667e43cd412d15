// mistake: collects all chunks and prints them together once the connection is closed.
// fails: L1.S4

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
    console.error(`cannot connect to ${host}:${port}: ${error.code}`);
  }
});
const chunks = [];
socket.on('data', (chunk) => chunks.push(chunk));
socket.on('close', () => process.stdout.write(Buffer.concat(chunks)));
