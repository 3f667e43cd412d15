// mistake: waits for ever after accepting a client.
// fails: L3.2 L3.3 L3.4 L3.5 L3.6 L3.7 L3.8 L3.9 L3.S1 L3.S2 L3.S3 L3.S4

use std::env;
use std::io;
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(3232, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for _stream in listener.incoming() {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}
