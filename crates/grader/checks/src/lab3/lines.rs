//! Lines of many lengths, whole and cut. A program that gathers a line in a buffer fills it at some size. Only longer lines show what it
//! does then.

use super::server::{GREETING, expect_answer, greeted};
use crate::kit::cuts::{BUFFERS, send_line_cut};
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::{Peer, bytewise, cut_at, every_cut};

/// Lengths of a long line. The first one that the server answers when it comes whole is cut. L3.3 decides what happens to a line that is
/// too long for its server.
const LONG: [usize; 4] = [9000, 3000, 600, 100];
/// Less than any buffer that a program may have for a line.
const SHORT: usize = 30;

/// L3.3
pub(super) fn answers_in_upper_case(session: &mut Session, server: &mut Program) -> Step {
    let drawn = [session.random.usize(5..SHORT), session.random.usize(200..10_000)];
    let around = BUFFERS.iter().flat_map(|size| [size - 1, *size, size + 1]);
    for length in drawn.into_iter().chain(around) {
        for end in ["\n", "\r\n"] {
            // Spaces belong to the line, at its ends too.
            let line = format!(" {} ", session.text(length - 2));
            let outcome = answers_line(server, &line, end);
            if outcome.is_err() && length > SHORT && answers_each_read(server)? {
                // It takes each read for a line, which L3.4 reports. So it cannot recognise a line that needs two reads.
                return Ok(());
            }
            outcome?;
        }
    }
    // Some libraries also take these for the end of a line. This protocol does not.
    answers_line(server, "a\tb\u{b}c\u{c}d\u{1c}e", "\n")
}

fn answers_line(server: &mut Program, line: &str, end: &str) -> Step {
    let mut client = greeted(server)?;
    client.send(format!("{line}{end}"))?;
    let answer = format!("{}\n", line.to_uppercase());
    client.expect_answer(GREETING.as_bytes(), answer.as_bytes(), |got| got == answer.as_bytes())?;
    client.expect_end()
}

/// Whether the server answers before a line has ended.
fn answers_each_read(server: &mut Program) -> Step<bool> {
    let mut client = greeted(server)?;
    client.offer("abc")?;
    let (answer, _) = client.read_until_still(1 << 10)?;
    Ok(!answer.is_empty())
}

/// L3.4
pub(super) fn waits_for_the_end_of_the_line(session: &mut Session, server: &mut Program) -> Step {
    let text = session.text(5);
    let line = format!("{text}\n");
    for pieces in every_cut(line.as_bytes()) {
        expect_answer(&mut in_pieces(server, &pieces)?, &text)?;
    }
    let text = session.text(SHORT);
    let line = format!("{text}\n");
    expect_answer(&mut in_pieces(server, &bytewise(line.as_bytes()))?, &text)?;
    waits_without_limit(server, &text)?;
    for length in LONG {
        let text = session.text(length);
        let line = format!("{text}\n");
        if !is_answered_whole(server, &text)? {
            continue;
        }
        let last = length - 1;
        let mut many: Vec<usize> = BUFFERS.iter().flat_map(|size| [size / 2, size - 1, size + 1]).collect();
        many.extend((0..6).map(|_| session.random.usize(1..last)));
        many.retain(|position| *position < last);
        many.sort_unstable();
        many.dedup();
        for cuts in [many, vec![session.random.usize(1..last)], vec![last]] {
            expect_answer(&mut in_pieces(server, &cut_at(line.as_bytes(), &cuts))?, &text)?;
        }
        break;
    }
    Ok(())
}

/// Half of the line comes, and then nothing until the server will do nothing more by itself. The server may lose its patience and close,
/// but it must not take the half for a line.
fn waits_without_limit(server: &mut Program, text: &str) -> Step {
    let (first, last) = text.split_at(text.len() / 2);
    let mut client = greeted(server)?;
    client.send_in_pieces([first.as_bytes()])?;
    let (early, _) = client.read_until_still(1 << 10)?;
    if !early.is_empty() {
        let summary = format!("{} got an answer to half a line, as the rest did not come", client.name());
        return Err(Failure::new(Kind::Unexpected, summary).expected("nothing").got(&*early).into());
    }
    if !client.offer(format!("{last}\n"))? {
        return Ok(());
    }
    let answer = client.take_line()?;
    if answer.is_empty() && client.ending().is_some() {
        return Ok(());
    }
    client.put_back(&answer);
    expect_answer(&mut client, text)
}

/// A client that has sent a line in these pieces.
fn in_pieces(server: &mut Program, pieces: &[&[u8]]) -> Step<Peer> {
    let mut client = greeted(server)?;
    send_line_cut(&mut client, pieces)?;
    Ok(client)
}

/// Whether a line gets its answer when it is not cut.
fn is_answered_whole(server: &mut Program, text: &str) -> Step<bool> {
    let mut client = greeted(server)?;
    client.offer(format!("{text}\n"))?;
    let mut answer = client.take_line()?;
    if answer == GREETING.as_bytes() {
        answer = client.take_line()?;
    }
    Ok(answer.trim_ascii_end().eq_ignore_ascii_case(text.as_bytes()))
}
