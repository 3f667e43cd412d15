//! Many peers at once: what all of them receive is taken in together, so that no program is held up because the
//! grader has one peer's bytes still to read while it waits for another's.

use crate::patience::{Attempt, Interest, Stillness};
use crate::peer::Peer;
use model::Step;
use std::os::fd::AsFd;

/// Receives for all of `peers` at the same time, until `enough` says so of each, by its index and what has arrived for it
/// and was not expected yet, or its connection has ended. Tells why when nothing more will come before that.
///
/// # Errors
/// A fault of the grader.
pub fn receive_all(
    peers: &mut [&mut Peer],
    mut enough: impl FnMut(usize, &[u8]) -> bool,
) -> Step<Option<Stillness>> {
    let Some(first) = peers.first() else { return Ok(None) };
    let patience = first.patience.clone();
    loop {
        // A connection that has ended stays readable for ever; it is not watched.
        let sockets: Vec<_> =
            peers.iter().filter(|peer| peer.ending.is_none()).map(|peer| peer.socket.clone()).collect();
        let watched: Vec<_> = sockets.iter().map(|socket| (socket.as_fd(), Interest::Readable)).collect();
        let mut all = false;
        let still = patience.until(&watched, &mut || {
            let (mut moved, mut ended) = (false, false);
            all = true;
            for (index, peer) in peers.iter_mut().enumerate() {
                let before = (peer.arrived.len(), peer.ending);
                if peer.ending.is_none() {
                    peer.receive()?;
                }
                moved |= peer.arrived.len() > before.0;
                ended |= peer.ending != before.1;
                all &= peer.ending.is_some() || enough(index, &peer.arrived);
            }
            Ok(if all || ended {
                Attempt::Done
            } else if moved {
                Attempt::Moved
            } else {
                Attempt::Idle
            })
        })?;
        if all || still.is_some() {
            return Ok(still);
        }
    }
}
