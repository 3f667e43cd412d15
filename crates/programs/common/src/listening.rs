//! The steps to a listening socket, which the standard library's `TcpListener::bind` takes in one call, written out; and accepting from it.

use crate::log;
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

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

/// Accepts clients for ever and hands each one to `start`. A client that cannot be served is dropped, and the server goes on.
pub fn accept_each(
    listener: &TcpListener,
    mut start: impl FnMut(TcpStream, SocketAddr) -> io::Result<()>,
) -> ! {
    loop {
        match listener.accept().and_then(|(client, address)| start(client, address)) {
            Ok(()) => {}
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // File descriptors or threads have run out. A client that could not be accepted stays in the
            // queue, so an immediate retry would fail in the same way: without a pause, this loop would keep
            // a processor busy and serve nobody.
            Err(error) => {
                log(format_args!("cannot take another client: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
