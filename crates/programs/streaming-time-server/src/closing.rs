//! The end of a connection, seen from a server that has read nothing of what its client sent.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};

/// More than the kernel keeps of one connection by default (tcp(7), `tcp_rmem`: 6 MiB).
const DISCARD_LIMIT: usize = 8 << 20;

/// Closes a connection so that the last lines arrive, whatever the client has sent.
///
/// The danger: when a program closes a socket with unread bytes in its receive queue, the kernel does not end
/// the stream but resets the connection (RFC 2525, section 2.17). Lines that are still on their way are then
/// lost, and the client gets an error where the end of the stream should be. So, in this order:
///
/// 1. End the stream in our direction. The end of file leaves right behind the last line.
/// 2. Throw away what has come in, without waiting for more.
/// 3. Close. Nothing is unread now, and the kernel delivers what is left in its own time.
///
/// A client that goes on sending after that is reset all the same. Only reading until it closes could spare
/// it, and one that never does would hold this server for ever. No step here waits for the client.
pub(crate) fn close(client: TcpStream) {
    // Errors are of no interest from here on: they say that the client is gone, and so is the reason to be
    // polite.
    let _ = client.shutdown(Shutdown::Write);
    if client.set_nonblocking(true).is_ok() {
        discard(&client);
    }
    // `client` is dropped here, and that closes it.
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
