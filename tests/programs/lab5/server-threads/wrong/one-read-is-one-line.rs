// mistake: takes what one read gives for one line.
// fails: L5.2

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(b"Welcome.\n")?;
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let text = &buffer[..count];
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let answer = [b"> ", text.to_ascii_uppercase().as_slice(), b"\n"].concat();
        stream.write_all(&answer)?;
        if text.eq_ignore_ascii_case(b"bye") {
            return Ok(());
        }
    }
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
    let port = env::args().nth(1).map_or(2323, |port| port.parse().expect("a port number"));
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
