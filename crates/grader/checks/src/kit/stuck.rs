//! A client that sends and reads no answer, until the server cannot write to it any more: brought about by what the kernel shows
//! of the server's socket, so that it is sure when the next step begins.

use model::Step;
use session::Program;
use wire::Peer;

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The kernel has answers that it cannot send, and the server reads no more.
    Full,
    /// The kernel has answers that it cannot send, and the server goes on reading: it keeps further answers to itself.
    Hoarding,
    /// The server has ended the connection.
    Closed,
    /// The server has written less than the kernel takes.
    Unfilled,
}

/// Sends `block` again and again, `most` bytes of it and usually far fewer, and reads nothing. Where buffers are narrow, a block must be so
/// short that all of it arrives.
///
/// # Errors
/// A failure when the server is gone, or spins: then it never comes to where it waits.
pub(crate) fn fill(server: &Program, client: &mut Peer, block: &[u8], most: usize) -> Step<Stuck> {
    let mut sent = 0;
    while sent < most && client.offer(block)? {
        sent += block.len();
        let still = server.wait_until_rests(&mut |server| {
            let now = server.socket_of(client)?;
            Ok(now.is_none_or(|socket| socket.receive_queue == 0) || look(server, client)? != Stuck::Unfilled)
        })?;
        if let Some(still) = still.filter(|still| !still.kind.is_still()) {
            return Err(still.failure(&format!("{} sends and reads no answer", client.name())).into());
        }
        if matches!(look(server, client)?, Stuck::Full | Stuck::Closed) {
            break;
        }
    }
    look(server, client)
}

/// What the kernel shows of it.
///
/// # Errors
/// A fault when sock_diag cannot be read.
pub(crate) fn look(server: &Program, client: &Peer) -> Step<Stuck> {
    let socket = server.socket_of(client)?;
    let Some((socket, progress)) = socket.and_then(|socket| Some((socket, socket.progress?))) else {
        return Ok(Stuck::Closed);
    };
    Ok(match (progress.unsent > 0, socket.receive_queue > 0) {
        (true, true) => Stuck::Full,
        (true, false) => Stuck::Hoarding,
        (false, _) => Stuck::Unfilled,
    })
}
