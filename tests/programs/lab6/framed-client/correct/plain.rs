// correct: one buffered reader, each message printed with one write and flushed.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::exit;

const LIMIT: usize = 16 << 20;

fn fail(words: &str) -> ! {
    eprintln!("{words}");
    exit(1)
}

// The next message; none where the stream ends between two of them.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    input.take(LIMIT as u64 + 2).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        fail("the server closed in the middle of a line, or the line is too long");
    }
    if line.ends_with(b"\r") {
        line.pop();
    }
    Ok(Some(line))
}

fn read_with_length(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut prefix = [0; 4];
    input.read_exact(&mut prefix)?;
    let length = u32::from_be_bytes(prefix) as usize;
    if length > LIMIT {
        fail("a message is too long");
    }
    let mut message = Vec::new();
    input.take(length as u64).read_to_end(&mut message)?;
    if message.len() < length {
        fail("the server closed in the middle of a message");
    }
    Ok(Some(message))
}

fn print_messages(stream: TcpStream, with_length: bool) -> io::Result<()> {
    let mut input = BufReader::new(stream);
    loop {
        let next = if with_length { read_with_length(&mut input)? } else { read_line(&mut input)? };
        let Some(mut message) = next else {
            return Ok(());
        };
        message.push(b'\n');
        let mut output = io::stdout().lock();
        output.write_all(&message)?;
        output.flush()?;
    }
}

fn main() {
    let host = env::args().nth(1).unwrap_or_else(|| "localhost".to_owned());
    let port: u16 = env::args().nth(2).map_or(6006, |port| port.parse().expect("a port number"));
    let with_length = env::args().nth(3).is_some_and(|framing| framing == "length");
    let connected = TcpStream::connect((host, port));
    let stream = match connected {
        Ok(stream) => stream,
        Err(error) => fail(&format!("cannot connect: {error}")),
    };
    if let Err(error) = print_messages(stream, with_length) {
        fail(&format!("connection lost: {error}"));
    }
}
