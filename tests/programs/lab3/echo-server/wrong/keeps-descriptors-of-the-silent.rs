// mistake: forgets to close the connection of a client that left without a line.
// fails: L3.9

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

const LIMIT: u64 = 4 << 20;

fn serve(mut stream: &TcpStream) -> io::Result<bool> {
    stream.write_all(b"HELLO\n")?;
    let mut line = Vec::new();
    BufReader::new(stream).take(LIMIT).read_until(b'\n', &mut line)?;
    if let Some(text) = line.strip_suffix(b"\n") {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let answer = String::from_utf8_lossy(text).to_uppercase() + "\n";
        stream.write_all(answer.as_bytes())?;
    } else if line.len() as u64 == LIMIT {
        stream.write_all(b"ERROR: line too long\n")?;
    } else {
        return Ok(false);
    }
    hang_up(stream)?;
    Ok(true)
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
        let served = stream.and_then(|stream| {
            let had_a_line = serve(&stream);
            if !matches!(had_a_line, Ok(true)) {
                std::mem::forget(stream);
            }
            had_a_line
        });
        if let Err(error) = served {
            eprintln!("client lost: {error}");
        }
    }
    Ok(())
}
