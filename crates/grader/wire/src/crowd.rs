//! Many peers at once. All of them receive together: no program is held up because the grader still has one peer's bytes to read while it
//! waits for another's.

use crate::patience::{Attempt, Interest, Stillness};
use crate::peer::Peer;
use model::Step;
use std::os::fd::AsFd;

/// Receives for all of `peers` at the same time, until `enough` accepts each, by its index and what has arrived for it and was not
/// expected yet, or its connection has ended. Tells why if nothing more will come before that.
///
/// # Errors
/// A fault of the grader.
pub fn receive_all(
    peers: &mut [&mut Peer],
    mut enough: impl FnMut(usize, &[u8]) -> bool,
) -> Step<Option<Stillness>> {
    let Some(first) = peers.first() else { return Ok(None) };
    let patience = first.patience.clone();
    // All before this one have enough. Only this one is watched: the order does not matter, as all must come.
    let mut next = 0;
    loop {
        let watched_peer = next;
        let socket = peers[watched_peer].socket.clone();
        let still = patience.until(&[(socket.as_fd(), Interest::Readable)], &mut || {
            let mut moved = false;
            while next < peers.len() {
                let peer = &mut *peers[next];
                moved |= peer.receive()?;
                if peer.ending.is_none() && !enough(next, &peer.arrived) {
                    break;
                }
                next += 1;
            }
            if next != watched_peer {
                return Ok(Attempt::Done);
            }
            if !moved {
                // Another peer's unread bytes may hold the program up.
                for peer in &mut peers[next + 1..] {
                    moved |= peer.receive()?;
                }
            }
            Ok(if moved { Attempt::Moved } else { Attempt::Idle })
        })?;
        if next == peers.len() || still.is_some() {
            return Ok(still);
        }
    }
}

impl Peer {
    /// Receives until `enough` accepts what has arrived, or the connection ends, or nothing more will come.
    pub(crate) fn receive_until(&mut self, enough: &mut dyn FnMut(&[u8]) -> bool) -> Step<Option<Stillness>> {
        receive_all(&mut [self], |_, arrived| enough(arrived))
    }
}

/// Waits until the program has read all that these have sent and is idle. One wait does for all.
///
/// # Errors
/// A failure when it will never read what one of them has sent.
pub fn wait_until_all_read(peers: &mut [&mut Peer]) -> Step {
    let Some(first) = peers.first() else { return Ok(()) };
    let connections: Vec<_> = peers.iter().map(|peer| (peer.ours(), peer.theirs())).collect();
    if first.patience.consumed(&connections)?.is_none() {
        return Ok(());
    }
    // Whose bytes does it not read?
    peers.iter_mut().try_for_each(|peer| peer.wait_until_read())
}

/// Receives for all of `peers` until the program rests and nothing more has come to any of them by then. That costs no proof of silence:
/// what a thread that only wakes by the clock sends later still stands in the stream, before what comes next. Tells why if the program
/// never rests.
///
/// # Errors
/// A fault of the grader.
pub fn receive_until_rested(peers: &mut [&mut Peer]) -> Step<Option<Stillness>> {
    let Some(first) = peers.first() else { return Ok(None) };
    let patience = first.patience.clone();
    loop {
        let still = patience.rested()?;
        let mut moved = false;
        for peer in &mut *peers {
            moved |= peer.receive()?;
        }
        // A program that had filled a socket can go on now.
        if !moved || still.is_some() {
            return Ok(still);
        }
    }
}
