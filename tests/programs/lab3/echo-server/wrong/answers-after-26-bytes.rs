// mistake: answers as soon as 26 bytes have come, and reads no more than these.
// fails: L3.3 L3.4 L3.S2 L3.S4

use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

const ENOUGH: usize = 26;

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(b"HELLO\n")?;
    let mut line = Vec::new();
    let mut buffer = [0; ENOUGH];
    while !line.contains(&b'\n') && line.len() < ENOUGH {
        let length = stream.read(&mut buffer[line.len()..])?;
        if length == 0 {
            return Ok(());
        }
        let before = line.len();
        line.extend_from_slice(&buffer[before..before + length]);
    }
    let text = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let answer = String::from_utf8_lossy(text).to_uppercase() + "\n";
    stream.write_all(answer.as_bytes())?;
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

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(3232, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|stream| serve(&stream)) {
            eprintln!("client lost: {error}");
        }
    }
    Ok(())
}
