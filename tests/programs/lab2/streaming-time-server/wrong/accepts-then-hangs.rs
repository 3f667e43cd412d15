// mistake: waits for ever after accepting a client.
// fails: L2.2 L2.3 L2.4 L2.5 L2.6 L2.7 L2.8 L2.S1 L2.S2 L2.S3

use std::env;
use std::io;
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(2205, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for _stream in listener.incoming() {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}
