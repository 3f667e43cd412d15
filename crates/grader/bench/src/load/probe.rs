//! Finds out what has to be known about a server before it is measured: what it sends, and whether it serves one client at a time.

use super::{ANSWER, Crowd};
use crate::server::Server;
use crate::unmeasured::Unmeasured;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// If a second client waits this long for its answer, it is taken to wait until the first one leaves. A server that serves both answers
/// within a thousandth of this.
const TURN: Duration = Duration::from_secs(1);
/// How long the answer to a first line may take.
const FIRST: Duration = Duration::from_secs(5);

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manners {
    /// Bytes of its answer to the line, `> ` included.
    pub(crate) answer: usize,
    /// Whether a second client is served only when the first has left.
    pub(crate) takes_turns: bool,
    /// How many clients may wait to be accepted.
    pub(crate) backlog: usize,
}

/// Connects two clients, one after the other, and sends a line from each.
///
/// # Errors
/// When one of them gets no answer, or a wrong one.
pub(crate) fn probe(server: &mut Server) -> Result<Manners, Unmeasured> {
    let mut crowd = Crowd::new(Server::address())?;
    crowd.connect()?;
    crowd.speak(0)?;
    let Some(text) = answered(&mut crowd, 0, FIRST)? else {
        return Unmeasured::row("it answers no line; does `cargo xtask check lab5 --only L5.1` pass?");
    };
    let before = &text[..text.len() - ANSWER.len()];
    let answer = ANSWER.len() + if before.ends_with(b"> ") { 2 } else { 0 };
    let second = crowd.connect()?;
    crowd.speak(second)?;
    let takes_turns = answered(&mut crowd, second, TURN)?.is_none();
    if takes_turns {
        // The first client leaves, and joins the queue again, behind the second.
        crowd.replace(0)?;
        if answered(&mut crowd, second, FIRST)?.is_none() {
            return Unmeasured::row("it does not serve a second client, even when the first has left");
        }
    }
    Ok(Manners { answer, takes_turns, backlog: server.backlog()? })
}

/// Everything that a client has received when the answer has come; `None` if it does not come in time.
fn answered(crowd: &mut Crowd, client: usize, patience: Duration) -> Result<Option<Vec<u8>>, Unmeasured> {
    let end = Instant::now() + patience;
    let mut text = Vec::new();
    while !text.ends_with(ANSWER) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        for event in 0..crowd.wait(left)? {
            let index = crowd.ready(event);
            if index == client {
                let received = crowd.receive_more(index)?;
                text.extend_from_slice(crowd.text(received));
            } else {
                // This may be a greeting.
                crowd.receive_more(index)?;
            }
        }
    }
    Ok(Some(text))
}
