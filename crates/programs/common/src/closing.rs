//! The end of a connection, from the side of a server that may not have read everything that its client sent.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};

/// More than the kernel keeps of one connection by default (tcp(7), `tcp_rmem`: 6 MiB).
const DISCARD_LIMIT: usize = 8 << 20;

/// Ends a connection so that the last answer arrives, although the client may have sent more than was read.
///
/// The danger: if a program closes a socket with unread bytes in its receive queue, the kernel does not end the stream
/// but resets the connection (RFC 2525, section 2.17). A reset discards the part of the answer that is still on its way.
/// So, in this order:
///
/// 1. End the stream in our direction. The end of file follows the answer directly.
/// 2. Throw away what has already come in, without waiting for more.
/// 3. Close, which happens when the last owner drops the socket. Nothing is unread now, and the kernel delivers the answer
///    and the end of file in its own time.
///
/// A client that goes on sending after that is reset all the same. To avoid that too, the server would have to read
/// until the client closes, and a client that never does would hold up a sequential server for ever. This is the
/// compromise: no step here waits for the client.
///
/// No other thread may use the socket any more: this call makes it non-blocking.
pub fn close(client: &TcpStream) {
    // Errors do not matter from here on: they say that the client is gone, and then there is nobody to be polite to.
    let _ = client.shutdown(Shutdown::Write);
    if client.set_nonblocking(true).is_ok() {
        discard(client);
    }
}

/// Reads what is there, up to a limit: a client may send as fast as this loop reads.
fn discard(mut source: impl Read) {
    let mut buffer = [0; 16 * 1024];
    let mut discarded = 0;
    while discarded < DISCARD_LIMIT {
        match source.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => discarded += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // `WouldBlock` says that nothing is there right now. Any other error says that the connection is gone.
            Err(_) => return,
        }
    }
}
