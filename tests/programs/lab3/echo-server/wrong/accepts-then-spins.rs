// mistake: polls a non-blocking socket in circles and looks for a line at the wrong end of its buffer.
// fails: L3.2 L3.3 L3.4 L3.5 L3.6 L3.7 L3.8 L3.9 L3.S1 L3.S2 L3.S3 L3.S4

use std::env;
use std::io::{self, Read};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(3232, |port| port.parse().expect("a port number"));
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
