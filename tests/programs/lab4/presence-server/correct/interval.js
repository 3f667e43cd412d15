// correct: a timer comes round every second, as one that keeps statistics does.

const net = require('node:net');

const LINE_LIMIT = 64 << 10;
const QUEUE_LIMIT = 8 << 20;
const ANONYMOUS = 'An anonymous user';
const members = new Map();

// Lines of the same turn of the event loop leave together.
function send(socket, line) {
  if (socket.destroyed || socket.writableEnded) return;
  if (socket.writableCorked === 0) {
    socket.cork();
    setImmediate(() => socket.uncork());
  }
  socket.write(line);
  if (socket.writableLength > QUEUE_LIMIT) socket.destroy();
}

function tellAll(text) {
  const line = Buffer.from(text + '\n');
  for (const socket of members.keys()) send(socket, line);
}

function nameOf(socket) {
  return members.get(socket) ?? ANONYMOUS;
}

function leave(socket) {
  if (!members.has(socket)) return;
  const name = nameOf(socket);
  members.delete(socket);
  tellAll(`${name} has left the room.`);
}

// Node reads on and drops what still comes, since closing with unread bytes would reset the connection.
function hangUp(socket) {
  leave(socket);
  while (socket.writableCorked > 0) socket.uncork();
  socket.end(() => setTimeout(() => socket.destroy(), 300));
  setTimeout(() => socket.destroy(), 2000).unref();
}

function obey(socket, line) {
  const [, command, rest] = /^([^ ]*) ?(.*)$/su.exec(line);
  switch (command.toUpperCase()) {
    case 'HELLO':
      members.set(socket, rest.split(' ').find((word) => word !== ''));
      tellAll(`${nameOf(socket)} is in the room.`);
      break;
    case 'SAY':
      tellAll(`${nameOf(socket)} says: ${rest || 'nothing...'}`);
      break;
    case 'WHO': {
      const names = [...members.keys()].map((member) => ` - ${nameOf(member)}\n`);
      send(socket, `Currently connected users:\n${names.join('')}\n`);
      break;
    }
    case 'BYE':
      tellAll(`${nameOf(socket)} is about to leave the room.`);
      hangUp(socket);
      break;
    case 'KILL':
      send(socket, 'KILL command received. Bringing server down...\n');
      hangUp(socket);
      socket.on('close', () => process.exit(0));
      break;
    default:
      send(socket, 'What? I only understand HELLO, SAY, WHO, BYE and KILL commands\n');
  }
}

function clean(bytes) {
  return bytes.toString('utf8').replace(/\r$/, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');
}

function serve(socket) {
  let rest = Buffer.alloc(0);
  tellAll('Someone has arrived...');
  members.set(socket, undefined);
  send(socket, 'Welcome! I know HELLO, SAY, WHO, BYE and KILL.\n');
  socket.on('error', (error) => console.error(`client lost: ${error.message}`));
  socket.on('close', () => leave(socket));
  socket.on('end', () => leave(socket));
  socket.on('data', (chunk) => {
    if (!members.has(socket)) return;
    let from = 0;
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = rest.indexOf(10); end >= 0 && members.has(socket); end = rest.indexOf(10, from)) {
      obey(socket, clean(rest.subarray(from, end)));
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > LINE_LIMIT && members.has(socket)) {
      send(socket, 'This line is too long.\n');
      hangUp(socket);
    }
  });
}

setInterval(() => {}, 1000);
net.createServer(serve).listen(Number(process.argv[2] ?? 9907), '0.0.0.0', 1024);
