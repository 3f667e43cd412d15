// mistake: prints each chunk as text with console.log, which adds a line end and breaks what is not UTF-8.
// fails: L1.4 L1.S4

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
socket.on('data', (chunk) => console.log(chunk.toString()));
