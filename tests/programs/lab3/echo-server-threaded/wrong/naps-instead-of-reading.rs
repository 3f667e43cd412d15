// mistake: the threads of its first eight clients ask every 10 ms whether something has come, instead of waiting in a read.
// fails: L3.16

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: u64 = 4 << 20;

static MADE: AtomicUsize = AtomicUsize::new(0);

fn serve(mut stream: &TcpStream, is_greeted: bool) -> io::Result<()> {
    if !is_greeted {
        stream.write_all(b"HELLO\n")?;
    }
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

fn start(stream: TcpStream) {
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let worker = thread::Builder::new().spawn(move || {
        if number < 8 {
            let _ = stream.set_nonblocking(true);
            let is_empty = || stream.peek(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
            let _ = (&stream).write_all(b"HELLO\n");
            while is_empty() {
                thread::sleep(Duration::from_millis(10));
            }
            let _ = stream.set_nonblocking(false);
        }
        if let Err(error) = serve(&stream, number < 8) {
            eprintln!("client lost: {error}");
        }
    });
    if let Err(error) = worker {
        eprintln!("no thread for the client: {error}");
    }
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(3232, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    loop {
        match listener.accept() {
            Ok((stream, _)) => start(stream),
            // Without a free descriptor accept fails at once, again and again: wait until there may be one.
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
