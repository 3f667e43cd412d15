// correct: a thread for each client, blocking reads, a limit of exactly 16 MiB.

use std::env;
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const LIMIT: usize = 16 << 20;

// The next message; none at the end of the stream, wherever that comes.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    input.take(LIMIT as u64 + 2).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.ends_with(b"\r") {
        line.pop();
    }
    Ok((line.len() <= LIMIT).then_some(line))
}

fn read_with_length(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    input.read_exact(&mut prefix)?;
    let length = u32::from_be_bytes(prefix) as usize;
    if length > LIMIT {
        return Err(Error::new(ErrorKind::InvalidData, "too long"));
    }
    let mut message = Vec::new();
    input.take(length as u64).read_to_end(&mut message)?;
    Ok((message.len() == length).then_some(message))
}

fn serve(stream: &TcpStream, with_length: bool) -> io::Result<()> {
    let mut input = BufReader::new(stream);
    let mut output = stream;
    loop {
        let next = if with_length { read_with_length(&mut input) } else { read_line(&mut input) };
        let Some(message) = next? else {
            return Ok(());
        };
        let text = message.len().to_string();
        let mut answer = Vec::new();
        if with_length {
            answer.extend((text.len() as u32).to_be_bytes());
            answer.extend(text.bytes());
        } else {
            answer.extend(text.bytes());
            answer.push(b'\n');
        }
        output.write_all(&answer)?;
    }
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(6006, |port| port.parse().expect("a port number"));
    let with_length = env::args().nth(2).is_some_and(|framing| framing == "length");
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || {
            if let Err(error) = serve(&stream, with_length) {
                eprintln!("client lost: {error}");
            }
        });
    }
    Ok(())
}
