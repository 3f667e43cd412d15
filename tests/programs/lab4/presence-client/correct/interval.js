// correct: a timer comes round every second.

const net = require('node:net');
const readline = require('node:readline');

const [host, port, name] = process.argv.slice(2);
if (name === undefined) {
  console.error('usage: presence-client HOST PORT NAME');
  process.exit(2);
}

let connected = false;
let saidBye = false;
const server = net.connect({ host, port: Number(port), autoSelectFamily: true });

function finish(message) {
  if (saidBye) process.exit(0);
  console.error(message);
  process.exit(1);
}

server.on('connect', () => {
  connected = true;
  server.write(`HELLO ${name}\n`);
  const keyboard = readline.createInterface({ input: process.stdin });
  keyboard.on('line', (line) => {
    if (saidBye) return;
    saidBye = line.trim().toUpperCase() === 'BYE';
    server.write(line + '\n');
    if (saidBye) keyboard.close();
  });
  keyboard.on('close', () => {
    if (saidBye) return;
    saidBye = true;
    server.write('BYE\n');
  });
});
server.on('error', (error) => {
  const what = connected ? 'connection lost' : `cannot connect to ${host}:${port}`;
  finish(`${what}: ${error.code}`);
});
setInterval(() => {}, 1000);
const lines = readline.createInterface({ input: server });
lines.on('line', (line) => console.log(line));
lines.on('close', () => finish('the server closed the connection'));
