// mistake: polls a non-blocking socket in circles and looks for a line at the wrong end of its buffer.
// fails: L4.1 L4.2 L4.3 L4.4 L4.5 L4.6 L4.7 L4.8 L4.9 L4.10 L4.11 L4.12 L4.13 L4.S1 L4.S2 L4.S3 L4.S4 L4.S5 L4.S6 L4.S7

use std::env;
use std::io::{self, Read};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(9907, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for stream in listener.incoming() {
        let mut stream = stream?;
        stream.set_nonblocking(true)?;
        let mut buffer = [0; 1024];
        while buffer[1023] != b'\n' {
            let _ = stream.read(&mut buffer[..1]);
        }
    }
    Ok(())
}
