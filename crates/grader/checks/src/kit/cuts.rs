//! Bytes as TCP may deliver them: cut at every place, and in lengths around usual buffer sizes.

use model::Step;
use std::time::{Duration, Instant};
use wire::{Peer, bytewise, every_cut, wait_until_all_read};

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

/// Every set of places at which so many bytes can be cut, those with few places first.
pub(crate) fn every_set(length: usize) -> Vec<Vec<usize>> {
    let places = length.saturating_sub(1);
    let set =
        |chosen: u32| (0..places).filter(|place| chosen >> place & 1 == 1).map(|place| place + 1).collect();
    let mut all: Vec<Vec<usize>> = (1..1 << places).map(set).collect();
    all.sort_by_key(Vec::len);
    all
}

/// Sends each peer the pieces at its place: the first ones, and when all of these have been read, the second ones, and so on. One wait does
/// for all. The last piece of each is not waited for, and who has closed gets no more.
///
/// # Errors
/// A failure when a piece is never read.
pub(crate) fn send_in_step(peers: &mut [Peer], pieces: &[Vec<Vec<u8>>]) -> Step {
    let rounds = pieces.iter().map(Vec::len).max().unwrap_or(0);
    for round in 0..rounds {
        let mut waiting = Vec::new();
        for (peer, pieces) in peers.iter_mut().zip(pieces) {
            let Some(piece) = pieces.get(round) else { continue };
            if peer.offer(piece)? && round + 1 < pieces.len() {
                waiting.push(peer);
            }
        }
        wait_until_all_read(&mut waiting)?;
    }
    Ok(())
}

/// How long the search for what is shortest may go on, and how many tries it has. With a program that wakes by the clock a try may take
/// seconds. What was found stands; the story only gets longer.
const SEARCH: (Duration, usize) = (Duration::from_secs(10), 200);

/// As few of `items` as still fail, which all of them do: one alone, where there is such a one.
///
/// # Errors
/// Those of `fails`.
pub(crate) fn fewest<T: Clone>(items: Vec<T>, mut fails: impl FnMut(&[T]) -> Step<bool>) -> Step<Vec<T>> {
    let (began, mut tries) = (Instant::now(), 0);
    let mut fails = |some: &[T]| {
        tries += 1;
        let goes_on = tries <= SEARCH.1 && began.elapsed() < SEARCH.0;
        if goes_on { fails(some) } else { Ok(false) }
    };
    for item in &items {
        if items.len() > 1 && fails(std::slice::from_ref(item))? {
            return Ok(vec![item.clone()]);
        }
    }
    let (mut left, mut place) = (items, 0);
    while place < left.len() {
        let without: Vec<T> = [&left[..place], &left[place + 1..]].concat();
        if fails(&without)? {
            left = without;
        } else {
            place += 1;
        }
    }
    Ok(left)
}

/// Where a stream is cut, for a reader: `after byte 4, abc\r | \n`. Of many places the first three.
pub(crate) fn told(stream: &[u8], places: &[usize]) -> String {
    const SHOWN: usize = 6;
    const MANY: usize = 3;
    let place = |place: &usize| {
        let (before, behind) = stream.split_at((*place).min(stream.len()));
        let (first, last) = (before.len().saturating_sub(SHOWN), behind.len().min(SHOWN));
        let left_out = |out: bool| if out { "…" } else { "" };
        format!(
            "after byte {place}, {}{} | {}{}",
            left_out(first > 0),
            before[first..].escape_ascii(),
            behind[..last].escape_ascii(),
            left_out(last < behind.len())
        )
    };
    let mut words = places.iter().take(MANY).map(place).collect::<Vec<_>>().join("; ");
    if places.len() > MANY {
        words += &format!("; and at {} more places", places.len() - MANY);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_places_comes_once_and_those_with_few_first() {
        assert_eq!(every_set(1), Vec::<Vec<usize>>::new());
        assert_eq!(every_set(3), [vec![1], vec![2], vec![1, 2]]);
        let all = every_set(11);
        assert_eq!(all.len(), 1023);
        assert!(all.is_sorted_by_key(Vec::len));
    }

    #[test]
    fn the_fewest_are_one_alone_or_what_cannot_do_without_each_other() {
        let items: Vec<usize> = (0..10).collect();
        assert_eq!(fewest(items.clone(), |some| Ok(some.contains(&7))).unwrap(), [7]);
        let both = |some: &[usize]| Ok(some.contains(&2) && some.contains(&8));
        assert_eq!(fewest(items, both).unwrap(), [2, 8]);
    }

    #[test]
    fn a_cut_is_told_with_what_stands_around_it() {
        assert_eq!(told(b"abc\r\n", &[4]), "after byte 4, abc\\r | \\n");
        assert_eq!(told(b"0123456789abcdef", &[8]), "after byte 8, …234567 | 89abcd…");
        assert!(told(b"0123456789", &[1, 2, 3, 4, 5]).ends_with("; and at 2 more places"));
    }
}
