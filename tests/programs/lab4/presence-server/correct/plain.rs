// correct: two threads and one bounded queue for each client, and one lock for the room.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::mem;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::process;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const LINE_LIMIT: u64 = 64 << 10;
const QUEUE_LIMIT: usize = 4 << 20;
const STACK: usize = 128 << 10;
const ANONYMOUS: &str = "An anonymous user";
const WELCOME: &str =
    "Welcome to the presence server.\nI understand HELLO <name>, SAY <text>, WHO, BYE and KILL.";
const WHAT: &str = "What? I only understand HELLO, SAY, WHO, BYE and KILL commands";

const AT_ONCE: i32 = 0x4040; // MSG_DONTWAIT and MSG_NOSIGNAL

unsafe extern "C" {
    fn send(socket: i32, bytes: *const u8, length: usize, flags: i32) -> isize;
}

#[derive(Default)]
struct Outbox {
    bytes: Vec<u8>,
    writing: bool,
    ended: bool,
    sent: bool,
}

struct Client {
    stream: TcpStream,
    outbox: Mutex<Outbox>,
    changed: Condvar,
}

impl Client {
    fn new(stream: TcpStream) -> Client {
        Client { stream, outbox: Mutex::default(), changed: Condvar::new() }
    }

    // Never blocks: what does not leave at once is the second thread's, and a client that has stopped reading is cut off when its
    // queue is full.
    fn send(&self, line: &str) {
        let mut outbox = self.outbox.lock().unwrap();
        if outbox.ended {
            return;
        }
        if outbox.bytes.is_empty() && !outbox.writing {
            let line = format!("{line}\n");
            let sent = unsafe { send(self.stream.as_raw_fd(), line.as_ptr(), line.len(), AT_ONCE) };
            outbox.bytes.extend_from_slice(&line.as_bytes()[sent.max(0) as usize..]);
            if outbox.bytes.is_empty() {
                return;
            }
        } else if outbox.bytes.len() + line.len() < QUEUE_LIMIT {
            outbox.bytes.extend_from_slice(line.as_bytes());
            outbox.bytes.push(b'\n');
        } else {
            outbox.ended = true;
            outbox.bytes.clear();
            let _ = self.stream.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }

    fn write_out(&self) {
        loop {
            let idle = |outbox: &mut Outbox| outbox.bytes.is_empty() && !outbox.ended;
            let mut outbox = self.changed.wait_while(self.outbox.lock().unwrap(), idle).unwrap();
            let bytes = mem::take(&mut outbox.bytes);
            outbox.writing = true;
            drop(outbox);
            if bytes.is_empty() || (&self.stream).write_all(&bytes).is_err() {
                break;
            }
            self.outbox.lock().unwrap().writing = false;
        }
        let mut outbox = self.outbox.lock().unwrap();
        (outbox.ended, outbox.sent) = (true, true);
        outbox.bytes.clear();
        self.changed.notify_all();
    }

    // Closing with unread bytes would reset the connection, which could destroy the last lines.
    fn hang_up(&self) {
        let mut outbox = self.outbox.lock().unwrap();
        outbox.ended = true;
        self.changed.notify_all();
        let unsent = |outbox: &mut Outbox| !outbox.sent;
        drop(self.changed.wait_timeout_while(outbox, Duration::from_secs(1), unsent).unwrap());
        let _ = self.stream.shutdown(Shutdown::Write);
        let _ = self.stream.set_read_timeout(Some(Duration::from_millis(100)));
        let end = Instant::now() + Duration::from_millis(500);
        let mut rest = [0; 16384];
        while Instant::now() < end && (&self.stream).read(&mut rest).is_ok_and(|count| count > 0) {}
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

struct Member {
    client: Arc<Client>,
    name: String,
}

type Room = Mutex<Vec<Member>>;

fn tell(members: &[Member], line: &str) {
    for member in members {
        member.client.send(line);
    }
}

fn join(room: &Room, client: &Arc<Client>) {
    let mut members = room.lock().unwrap();
    tell(&members, "Someone has arrived...");
    client.send(WELCOME);
    members.push(Member { client: Arc::clone(client), name: ANONYMOUS.to_owned() });
}

fn leave(room: &Room, client: &Arc<Client>) {
    let mut members = room.lock().unwrap();
    if let Some(me) = place(&members, client) {
        depart(&mut members, me);
    }
}

fn place(members: &[Member], client: &Arc<Client>) -> Option<usize> {
    members.iter().position(|member| Arc::ptr_eq(&member.client, client))
}

fn depart(members: &mut Vec<Member>, me: usize) {
    let gone = members.remove(me);
    tell(members, &format!("{} has left the room.", gone.name));
}

fn who(members: &[Member]) -> String {
    let mut list = "Currently connected users:\n".to_owned();
    for member in members {
        list += &format!(" - {}\n", member.name);
    }
    list
}

fn obey(room: &Room, client: &Arc<Client>, line: &str) -> bool {
    let mut members = room.lock().unwrap();
    let Some(me) = place(&members, client) else { return false };
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    match command.to_ascii_uppercase().as_str() {
        "HELLO" => {
            members[me].name = rest.split_ascii_whitespace().next().unwrap_or(ANONYMOUS).to_owned();
            tell(&members, &format!("{} is in the room.", members[me].name));
        }
        "SAY" => {
            let text = if rest.is_empty() { "nothing..." } else { rest };
            tell(&members, &format!("{} says: {text}", members[me].name));
        }
        "WHO" => client.send(&who(&members)),
        "BYE" => {
            tell(&members, &format!("{} is about to leave the room.", members[me].name));
            depart(&mut members, me);
            return false;
        }
        "KILL" => {
            client.send("KILL command received. Bringing server down...");
            drop(members);
            client.hang_up();
            process::exit(0);
        }
        _ => client.send(WHAT),
    }
    true
}

fn clean(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line).replace(char::is_control, "\u{FFFD}")
}

fn listen_to(room: &Room, client: &Arc<Client>) -> io::Result<()> {
    let mut reader = BufReader::new(&client.stream);
    loop {
        let mut line = Vec::new();
        let count = (&mut reader).take(LINE_LIMIT).read_until(b'\n', &mut line)?;
        let Some(line) = line.strip_suffix(b"\n") else {
            if count as u64 == LINE_LIMIT {
                client.send("Your line is too long. Good bye.");
            }
            return Ok(());
        };
        if !obey(room, client, &clean(line)) {
            return Ok(());
        }
    }
}

fn serve(room: &Room, client: &Arc<Client>) -> io::Result<()> {
    let outgoing = Arc::clone(client);
    thread::Builder::new().stack_size(STACK).spawn(move || outgoing.write_out())?;
    listen_to(room, client)
}

fn start(room: &Arc<Room>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let (room, client) = (Arc::clone(room), Arc::new(Client::new(stream)));
    join(&room, &client);
    let (own_room, own_client) = (Arc::clone(&room), Arc::clone(&client));
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        if let Err(error) = serve(&own_room, &own_client) {
            eprintln!("client lost: {error}");
        }
        leave(&own_room, &own_client);
        own_client.hang_up();
    });
    if let Err(error) = worker {
        eprintln!("no thread for the client: {error}");
        leave(&room, &client);
    }
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(9907, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    let room = Arc::new(Room::default());
    loop {
        match listener.accept() {
            Ok((stream, _)) => start(&room, stream),
            // Without a free descriptor accept fails at once, again and again: wait until there may be one.
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
