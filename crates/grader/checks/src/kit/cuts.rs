//! Bytes as TCP may deliver them: cut at every place, and in lengths around usual buffer sizes.

use model::Step;
use wire::{Peer, bytewise, every_cut};

/// Usual sizes of a buffer.
pub(crate) const BUFFERS: [usize; 5] = [32, 128, 1024, 4096, 8192];

/// Each way to cut a line into two pieces, and the line byte by byte.
pub(crate) fn every_way(line: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    every_cut(line).chain([bytewise(line)])
}

/// Sends pieces, each after the one before has been read. It does not wait for the last one: a program that has it may be done.
///
/// # Errors
/// As [`Peer::send_in_pieces`].
pub(crate) fn send_cut(peer: &mut Peer, pieces: &[&[u8]]) -> Step {
    let Some((last, first)) = pieces.split_last() else { return Ok(()) };
    peer.send_in_pieces(first.iter().copied())?;
    peer.send(last)
}

/// Sends the pieces of a line, each after the one before has been read. Nothing may have come by then. What comes later stands before the
/// answer and is found there.
///
/// # Errors
/// As [`Peer::send_in_pieces`], and a failure when something comes before the last piece was sent.
pub(crate) fn send_line_cut(client: &mut Peer, pieces: &[&[u8]]) -> Step {
    let Some((last, first)) = pieces.split_last() else { return Ok(()) };
    for piece in first {
        client.send_in_pieces([*piece])?;
        let early = "the line had not ended yet, and must not be answered before";
        client.expect_nothing_yet().map_err(|stop| stop.remark(early))?;
    }
    client.send(last)
}
