// correct: the standard library's listener, which asks for a backlog of its own; a second listen(2) changes it.

use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::{env, net::TcpListener};

unsafe extern "C" {
    safe fn listen(socket: i32, backlog: i32) -> i32;
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(2367, |port| port.parse().expect("a port number"));
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    if listen(listener.as_raw_fd(), 4) != 0 {
        return Err(io::Error::last_os_error());
    }
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
