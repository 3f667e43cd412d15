//! The end of a connection, seen from a server that may not have read all that its client sent.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};

/// More than the kernel keeps of one connection by default (tcp(7), `tcp_rmem`: 6 MiB).
const DISCARD_LIMIT: usize = 8 << 20;

/// Ends a connection so that the last lines arrive, although the client may have sent more than was read:
/// commands behind a BYE, or the rest of an endless line.
///
/// When a socket is closed with unread bytes in its receive queue, the kernel resets the connection instead
/// of ending the stream (RFC 2525, section 2.17), and lines that are still on their way are lost. So the
/// stream is ended in our direction first, and then thrown away what has come in, without waiting for more.
/// The socket itself is closed when its last owner lets go of it. A client that goes on sending after that is
/// reset all the same.
///
/// No other thread may use the socket any more: it does not block from here on.
pub(crate) fn close(client: &TcpStream) {
    // Errors are of no interest from here on: they say that the client is gone, and so is the reason to be
    // polite.
    let _ = client.shutdown(Shutdown::Write);
    if client.set_nonblocking(true).is_ok() {
        discard(client);
    }
}

/// Reads what is there, up to a limit: a client may well send as fast as this loop reads.
fn discard(mut source: impl Read) {
    let mut buffer = [0; 16 * 1024];
    let mut discarded = 0;
    while discarded < DISCARD_LIMIT {
        match source.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => discarded += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // `WouldBlock` says that nothing is there right now; anything else, that there is no connection
            // any more.
            Err(_) => return,
        }
    }
}
