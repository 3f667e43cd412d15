// mistake: listens on 2323 whatever its argument says.
// fails: L5.1 L5.2 L5.3 L5.4 L5.7 L5.10 L5.11 L5.S1 L5.S3 L5.S4

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

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

fn start(stream: TcpStream) {
    let worker = thread::Builder::new().spawn(move || {
        if let Err(error) = serve(&stream) {
            eprintln!("client lost: {error}");
        }
    });
    if let Err(error) = worker {
        eprintln!("no thread for the client: {error}");
    }
}

fn main() -> io::Result<()> {
    let port = 2323;
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
