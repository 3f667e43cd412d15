// mistake: serves all clients with eight threads that it starts at the beginning.
// fails: L3.15 L3.16 L3.S6

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: u64 = 4 << 20;

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(b"HELLO\n")?;
    let mut line = Vec::new();
    BufReader::new(stream).take(LIMIT).read_until(b'\n', &mut line)?;
    if let Some(text) = line.strip_suffix(b"\n") {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let answer = String::from_utf8_lossy(text).to_uppercase() + "\n";
        stream.write_all(answer.as_bytes())?;
    } else if line.len() as u64 == LIMIT {
        stream.write_all(b"ERROR: line too long\n")?;
    }
    hang_up(stream)
}

// Closing with unread bytes would reset the connection, which could destroy the answer.
fn hang_up(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let end = Instant::now() + Duration::from_millis(500);
    let mut rest = [0; 65536];
    while Instant::now() < end && stream.read(&mut rest)? > 0 {}
    Ok(())
}

fn work(clients: &Mutex<Receiver<TcpStream>>) {
    loop {
        let client = clients.lock().unwrap().recv();
        let Ok(stream) = client else { return };
        if let Err(error) = serve(&stream) {
            eprintln!("client lost: {error}");
        }
    }
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(3232, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    let (sender, receiver) = mpsc::channel();
    let clients = Arc::new(Mutex::new(receiver));
    for _ in 0..8 {
        let clients = Arc::clone(&clients);
        thread::spawn(move || work(&clients));
    }
    loop {
        match listener.accept() {
            Ok((stream, _)) => sender.send(stream).expect("a pool"),
            // Without a free descriptor accept fails at once, again and again: wait until there may be one.
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
