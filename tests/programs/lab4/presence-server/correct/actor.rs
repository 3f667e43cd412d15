// correct: one thread owns the room and takes messages from the readers, so that there is no lock.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;
use std::time::Duration;

const LINE_LIMIT: u64 = 64 << 10;
const QUEUE_LIMIT: usize = 8 << 20;
const STACK: usize = 128 << 10;
const ANONYMOUS: &str = "An anonymous user";

enum Message {
    Arrival(Member),
    Line(usize, String),
    EndlessLine(usize),
    Departure(usize),
}

struct Member {
    id: usize,
    name: Option<String>,
    stream: Arc<TcpStream>,
    lines: Sender<Arc<str>>,
    waiting: Arc<AtomicUsize>,
    written: Receiver<()>,
}

impl Member {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(ANONYMOUS)
    }

    fn tell(&self, line: Arc<str>) {
        let waiting = self.waiting.fetch_add(line.len(), Ordering::Relaxed);
        if waiting + line.len() > QUEUE_LIMIT {
            let _ = self.stream.shutdown(Shutdown::Both);
        } else {
            let _ = self.lines.send(line);
        }
    }
}

#[derive(Default)]
struct Room {
    members: Vec<Member>,
}

impl Room {
    fn run(mut self, messages: &Receiver<Message>) {
        for message in messages {
            match message {
                Message::Arrival(member) => {
                    self.tell_all("Someone has arrived...");
                    member.tell(
                        "Hello! This room understands:\nHELLO <name>\nSAY <text>\nWHO\nBYE\nKILL\n".into(),
                    );
                    self.members.push(member);
                }
                Message::Line(id, line) => self.obey(id, &line),
                Message::EndlessLine(id) => {
                    if let Some(me) = self.place(id) {
                        self.members[me].tell("This line has no end.\n".into());
                        self.depart(me);
                    }
                }
                Message::Departure(id) => {
                    if let Some(me) = self.place(id) {
                        self.depart(me);
                    }
                }
            }
        }
    }

    fn place(&self, id: usize) -> Option<usize> {
        self.members.iter().position(|member| member.id == id)
    }

    fn tell_all(&self, line: &str) {
        let line: Arc<str> = format!("{line}\n").into();
        for member in &self.members {
            member.tell(Arc::clone(&line));
        }
    }

    // The member's end of the queue goes with it: the writer sends what is left and closes.
    fn depart(&mut self, me: usize) {
        let gone = self.members.remove(me);
        self.tell_all(&format!("{} has left the room.", gone.name()));
    }

    // A line that comes after BYE is from nobody.
    fn obey(&mut self, id: usize, line: &str) {
        let Some(me) = self.place(id) else { return };
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command.to_ascii_uppercase().as_str() {
            "HELLO" => {
                self.members[me].name = rest.split_ascii_whitespace().next().map(str::to_owned);
                self.tell_all(&format!("{} is in the room.", self.members[me].name()));
            }
            "SAY" if rest.is_empty() => {
                self.tell_all(&format!("{} says: nothing...", self.members[me].name()))
            }
            "SAY" => self.tell_all(&format!("{} says: {rest}", self.members[me].name())),
            "WHO" => {
                let names: String =
                    self.members.iter().map(|member| format!(" - {}\n", member.name())).collect();
                self.members[me].tell(format!("Currently connected users:\n{names}\n").into());
            }
            "BYE" => {
                self.tell_all(&format!("{} is about to leave the room.", self.members[me].name()));
                self.depart(me);
            }
            "KILL" => {
                let killer = self.members.remove(me);
                killer.tell("KILL command received. Bringing server down...\n".into());
                drop(killer.lines);
                let _ = killer.written.recv_timeout(Duration::from_secs(1));
                process::exit(0);
            }
            _ => self.members[me]
                .tell("What? I only understand HELLO, SAY, WHO, BYE and KILL commands\n".into()),
        }
    }
}

fn pass_on(room: &SyncSender<Message>, message: Message) -> io::Result<()> {
    room.send(message).map_err(|_| io::Error::other("the room has gone"))
}

fn read_lines(id: usize, stream: &TcpStream, room: &SyncSender<Message>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        (&mut reader).take(LINE_LIMIT).read_until(b'\n', &mut line)?;
        if let Some(text) = line.strip_suffix(b"\n") {
            let text = String::from_utf8_lossy(text.strip_suffix(b"\r").unwrap_or(text));
            pass_on(room, Message::Line(id, text.replace(char::is_control, "")))?;
        } else if line.len() as u64 == LINE_LIMIT {
            pass_on(room, Message::EndlessLine(id))?;
        } else {
            return Ok(());
        }
    }
}

// Closing with unread bytes would reset the connection, which could destroy the last lines: the reader has a moment to
// take them.
fn write_lines(
    mut stream: &TcpStream,
    lines: Receiver<Arc<str>>,
    waiting: &AtomicUsize,
    read: &Receiver<()>,
) {
    for line in lines {
        if stream.write_all(line.as_bytes()).is_err() {
            break;
        }
        waiting.fetch_sub(line.len(), Ordering::Relaxed);
    }
    let _ = stream.shutdown(Shutdown::Write);
    let _ = read.recv_timeout(Duration::from_millis(200));
    let _ = stream.shutdown(Shutdown::Both);
}

fn start(id: usize, stream: TcpStream, room: &SyncSender<Message>) -> io::Result<()> {
    // A writer that gets nowhere for this long gives its client up.
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    let (stream, waiting) = (Arc::new(stream), Arc::new(AtomicUsize::new(0)));
    let (lines, queue) = mpsc::channel();
    let (read_to_the_end, read) = mpsc::channel();
    let (all_written, written) = mpsc::channel();
    let (outgoing, count) = (Arc::clone(&stream), Arc::clone(&waiting));
    let (incoming, events) = (Arc::clone(&stream), room.clone());
    thread::Builder::new().stack_size(STACK).spawn(move || {
        write_lines(&outgoing, queue, &count, &read);
        drop(all_written);
    })?;
    let member = Member { id, name: None, stream, lines, waiting, written };
    pass_on(room, Message::Arrival(member))?;
    let reader = thread::Builder::new().stack_size(STACK).spawn(move || {
        if let Err(error) = read_lines(id, &incoming, &events) {
            eprintln!("client {id} lost: {error}");
        }
        let _ = events.send(Message::Departure(id));
        drop(read_to_the_end);
    });
    reader.map(drop).or_else(|_| pass_on(room, Message::Departure(id)))
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(9907, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    // Readers wait when the room is behind, so that nobody fills its memory by talking.
    let (sender, messages) = mpsc::sync_channel(100);
    thread::spawn(move || Room::default().run(&messages));
    for id in 0.. {
        let client = listener.accept().and_then(|(stream, _)| start(id, stream, &sender));
        // Without a free descriptor accept fails at once, again and again: wait until there may be one.
        if let Err(error) = client {
            eprintln!("accept: {error}");
            thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}
