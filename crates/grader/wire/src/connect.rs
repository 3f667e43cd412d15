//! How a client of the grader's gets its connection, and what a program that denies it one means.

use crate::patience::{Attempt, Interest, Patience, Stillness};
use model::{Failure, Kind, Step};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;

/// Connects to a listening program, for the client of this name.
///
/// # Errors
/// A failure when the program refuses, or never makes room in its accept queue.
pub(crate) fn connect(name: &str, address: SocketAddr, patience: &dyn Patience) -> Step<TcpStream> {
    let mut asked = request(address, patience)?;
    if matches!(&asked, (Ok(_), Some(still)) if still.kind.is_still()) {
        // A request that finds the accept queue full is lost, and the kernel repeats it after a second at the earliest. By now there may
        // be room again, which only a new request finds at once. The old one must not come through as well.
        drop(asked);
        asked = request(address, patience)?;
    }
    if matches!(&asked, (Err(error), _) if error.kind() == ErrorKind::ConnectionRefused || is_reset(error)) {
        // The kernel closes the sockets of a program that ends before it tells of its end, see `Peer::lost`.
        patience.rested()?;
    }
    let failure = |kind, summary| Failure::new(kind, summary).expected(format!("a connection to {address}"));
    match asked {
        (Ok(socket), None) => Ok(socket),
        (Ok(_), Some(still)) => {
            let missing = format!("{name} could not connect, since the accept queue is full");
            Err(still.failure(&missing).expected(format!("a connection to {address}")).into())
        }
        (Err(error), _) if error.kind() == ErrorKind::ConnectionRefused => {
            let summary = format!("{name} was refused: nobody listens on {address} any more");
            Err(failure(Kind::NotListening, summary).got("connection refused").into())
        }
        (Err(error), _) if is_reset(&error) => {
            let summary = format!("{name} was reset at once: the program has stopped listening");
            Err(failure(Kind::Reset, summary).got("a reset").into())
        }
        (Err(error), _) if error.kind() == ErrorKind::TimedOut => {
            let summary =
                format!("{name} could not connect: the program never made room in its accept queue");
            Err(failure(Kind::NotReading, summary).got("no answer").into())
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// Asks for a connection once, and waits for the result. Tells why if it has not come about and never will.
fn request(address: SocketAddr, patience: &dyn Patience) -> Step<(io::Result<TcpStream>, Option<Stillness>)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let mut outcome = socket.connect(&address.into());
    let mut still = None;
    if outcome.as_ref().is_err_and(|error| error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error())) {
        still = patience.until(&[(socket.as_fd(), Interest::Writable)], &mut || {
            // connect(2): the result of a connection that was in progress is in SO_ERROR.
            outcome = socket.take_error()?.map_or(Ok(()), Err);
            Ok(Attempt::done_if(outcome.is_err() || socket.peer_addr().is_ok()))
        })?;
    }
    Ok((outcome.map(|()| socket.into()), still))
}

/// Whether the other side has reset the connection.
pub(crate) fn is_reset(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
}
