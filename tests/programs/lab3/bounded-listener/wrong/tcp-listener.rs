// mistake: uses TcpListener::bind, which chooses the backlog itself.
// fails: L3.17

use std::io::{self, ErrorKind};
use std::{env, net::TcpListener};

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(2367, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    io::stdin().read_line(&mut String::new())?;
    listener.set_nonblocking(true)?;
    let mut accepted = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, _)) => accepted.push(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    println!("accepted {} clients", accepted.len());
    Ok(())
}
