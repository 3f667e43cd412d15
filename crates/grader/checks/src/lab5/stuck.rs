//! A client that sends lines and reads no answer until the server cannot write to it any more. The kernel's view of the server's socket
//! shows when that is reached, so it is certain when the next step begins.

use super::protocol::line_of;
use model::Step;
use session::{Program, Session};
use wire::Peer;

/// How many lines are sent at a time where buffers are narrow: so few that all of them arrive.
const A_FEW: usize = 2;
/// How many bytes are sent at a time, and the factor for the total, where buffers have their usual size.
const WIDE: (usize, usize) = (64 << 10, 512);

/// The state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// The kernel has answers that it cannot send, and the server reads no more.
    Full,
    /// The kernel has answers that it cannot send, and the server goes on reading: it keeps further answers to itself.
    Hoarding,
    /// The server has ended the connection.
    Closed,
    /// The server has written less than the kernel takes.
    Unfilled,
}

/// Sends lines of `letters` letters and reads nothing. It sends at most `most` bytes, usually far fewer; with usual buffers the factor in
/// [`WIDE`] applies.
///
/// # Errors
/// A failure when the server is gone, or spins: then it never comes to where it waits.
pub(super) fn fill(
    session: &mut Session,
    server: &Program,
    client: &mut Peer,
    letters: usize,
    most: usize,
) -> Step<Stuck> {
    let line = format!("{}\n", line_of(session, letters));
    let narrow = session.needs_isolation().is_ok();
    let (block, most) = if narrow {
        (line.repeat(A_FEW), most)
    } else {
        (line.repeat(WIDE.0 / line.len()), most.saturating_mul(WIDE.1))
    };
    let mut sent = 0;
    while sent < most && client.offer(&block)? {
        sent += block.len();
        let still = server.wait_until_rests(&mut |server| {
            let now = server.socket_of(client)?;
            Ok(now.is_none_or(|socket| socket.receive_queue == 0) || look(server, client)? != Stuck::Unfilled)
        })?;
        if let Some(still) = still.filter(|still| !still.kind.is_still()) {
            return Err(still.failure(&format!("{} sends lines", client.name())).into());
        }
        if matches!(look(server, client)?, Stuck::Full | Stuck::Closed) {
            break;
        }
    }
    look(server, client)
}

/// What the kernel shows of the connection.
///
/// # Errors
/// A fault when sock_diag cannot be read.
pub(super) fn look(server: &Program, client: &Peer) -> Step<Stuck> {
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
