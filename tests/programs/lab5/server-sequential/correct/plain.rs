// correct: a BufReader; greets, and prompts.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(b"Welcome.\n")?;
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let Some(text) = line.strip_suffix(b"\n") else { return Ok(()) };
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let answer = [b"> ", text.to_ascii_uppercase().as_slice(), b"\n"].concat();
        stream.write_all(&answer)?;
        if text.eq_ignore_ascii_case(b"bye") {
            return Ok(());
        }
        line.clear();
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(2424, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    loop {
        let served = listener.accept().and_then(|(stream, _)| serve(&stream));
        if let Err(error) = served {
            eprintln!("client lost: {error}");
        }
    }
}
