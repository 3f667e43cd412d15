//! The steps to a listening socket, which the standard library's `TcpListener::bind` takes in one call, written out.

use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Listens on `port`, on every IPv4 interface of the machine, with a queue for `backlog` connections.
///
/// From here on the kernel completes handshakes by itself. Clients are connected and wait in the accept queue, whether or
/// not the program ever calls `accept`. `backlog` limits that queue; the kernel lowers it to its own limit (listen(2),
/// `somaxconn`: 4096).
///
/// # Errors
/// When the port is taken or may not be used.
pub fn listen(port: u16, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // The connections of a server that was just stopped remain in the kernel (TIME_WAIT), and keep the port in use.
    // Without this option the server could not be started again for a minute.
    socket.set_reuse_address(true)?;
    // 0.0.0.0 stands for every address of this machine. 127.0.0.1 would be reachable only from this machine.
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}
