//! A client that sends lines and reads no answer until the server cannot write to it any more.

use super::protocol::line_of;
use crate::kit::stuck;
pub(super) use crate::kit::stuck::{Stuck, look};
use model::Step;
use session::{Program, Session};
use wire::Peer;

/// How many lines are sent at a time where buffers are narrow: so few that all of them arrive.
const A_FEW: usize = 2;
/// How many bytes are sent at a time, and the factor for the total, where buffers have their usual size.
const WIDE: (usize, usize) = (64 << 10, 512);

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
    stuck::fill(server, client, block.as_bytes(), most)
}
