// mistake: takes each data event for one line.
// fails: L3.11

const net = require('node:net');

const [host = 'localhost', port = '3232', timeout = '10000'] = process.argv.slice(2);
const wanted = ['HELLO', 'THIS IS A TEST'];
let received = '';

const socket = net.connect({ host, port: Number(port), autoSelectFamily: true });
const timer = setTimeout(() => finish('time-out'), Number(timeout));
socket.setEncoding('latin1');
socket.on('data', (piece) => {
  received = piece;
  if (piece !== wanted[0] + '\n') return finish('wrong answer');
  wanted.shift();
  if (wanted.length === 0) return finish();
  socket.write('ThIS is a TeSt\n');
});
socket.on('end', () => finish('the server closed'));
socket.on('error', (error) => finish(`connection to ${host}:${port} failed: ${error.code}`));

function finish(problem) {
  clearTimeout(timer);
  socket.removeAllListeners();
  socket.on('error', () => {});
  socket.destroy();
  if (problem === undefined) {
    console.log('the server answered THIS IS A TEST, as it should');
  } else {
    console.error(`${problem}: expected ${JSON.stringify(wanted[0])}, got ${JSON.stringify(received)}`);
    process.exitCode = 1;
  }
}
