// mistake: starts a thread for each client, and that thread does nothing for ever.
// fails: L3.14 L3.15 L3.16 L3.S6

use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn start(stream: TcpStream) {
    let worker = thread::Builder::new().spawn(move || {
        let _stream = stream;
        loop {
            thread::park();
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
