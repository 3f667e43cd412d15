//! The line protocol that all five servers speak. One clause decides what an answer looks like. The others take it with the prompt or
//! without, in any case, and with a carriage return or without.

use super::SEQUENTIAL;
use crate::kit::cuts::{BUFFERS, every_way, send_line_cut};
use model::{Kind, Step, Stop};
use session::{Program, Session};
use std::cell::Cell;
use wire::{Peer, cut_at};

const KIBIBYTE: usize = 1 << 10;
/// The most lines that a greeting may have.
const LONGEST_GREETING: usize = 1000;
/// What may precede an answer.
const PROMPT: &str = "> ";
/// How many lines come at once.
const MANY: usize = 40;

/// A line of `length` letters, without its end. It does not contain bye, not even in the middle: one clause decides about that.
pub(super) fn line_of(session: &mut Session, length: usize) -> String {
    loop {
        let line = session.text(length);
        let lower = line.to_ascii_lowercase();
        let Some(position) = lower.find("bye") else { return line };
        if length > KIBIBYTE {
            // A long random line would almost always contain it.
            return line[..position].repeat(length / position.max(1) + 1)[..length].to_owned();
        }
    }
}

/// Sends a line and expects its answer.
pub(super) fn converse(client: &mut Peer, line: &str) -> Step {
    client.send(format!("{line}\n"))?;
    expect_answer(client, line)
}

/// Expects the answer to a line, and nothing before it.
pub(super) fn expect_answer(client: &mut Peer, line: &str) -> Step {
    let expected = format!("{}\n", line.to_uppercase());
    client.expect_answer(b"", expected.as_bytes(), |got| {
        let got = got.strip_prefix(PROMPT.as_bytes()).unwrap_or(got);
        let text = got.strip_suffix(b"\n").map(|text| text.strip_suffix(b"\r").unwrap_or(text));
        text.is_some_and(|text| text.eq_ignore_ascii_case(line.as_bytes()))
    })
}

/// A further client is served.
pub(super) fn serves_another(session: &mut Session, server: &mut Program) -> Step {
    let mut client = server.connect()?;
    is_served(&mut client, &line_of(session, 9))?;
    client.close();
    Ok(())
}

/// The first line of a client gets its answer, whatever comes before. A client that waits for the answer need not prove by silence that a
/// greeting is over, or that there is none.
pub(super) fn is_served(client: &mut Peer, line: &str) -> Step {
    client.send(format!("{line}\n"))?;
    let Some(last) = other_than_answer(client, line)? else { return Ok(()) };
    if last.trim_ascii_end().len() >= line.len() {
        // It may be the answer.
        client.put_back(&last);
    }
    expect_answer(client, line)
}

/// Whether the first line of a client gets an answer, after a greeting or without one.
pub(super) fn is_answered(client: &mut Peer, line: &str) -> Step<bool> {
    Ok(other_than_answer(client, line)?.is_none())
}

/// Takes everything up to the answer to a line. If that never comes, takes all there is and returns the last line.
fn other_than_answer(client: &mut Peer, line: &str) -> Step<Option<Vec<u8>>> {
    let mut last = Vec::new();
    for _ in 0..LONGEST_GREETING {
        let got = client.take_line()?;
        if !got.ends_with(b"\n") {
            return Ok(Some(if got.is_empty() { last } else { got }));
        }
        let text = got.trim_ascii_end();
        let end = text.len().checked_sub(line.len()).map(|start| &text[start..]);
        if end.is_some_and(|end| end.eq_ignore_ascii_case(line.as_bytes())) {
            return Ok(None);
        }
        last = got;
    }
    Ok(Some(last))
}

/// L5.1
pub(super) fn answers_in_upper_case(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    server.expect_over_ipv4()?;
    let mut client = server.connect()?;
    // Everything that comes before the first line is the greeting, whatever it looks like.
    client.read_until_still(64 * KIBIBYTE)?;
    let (first, second) = (line_of(session, 12), line_of(session, 7));
    // The first answer decides whether all answers begin with the prompt.
    let prompt = Cell::new(None);
    for (line, end) in [
        (first, "\n"),
        (format!("  {second}  two words "), "\n"),
        (String::new(), "\n"),
        ("as telnet ends a line".to_owned(), "\r\n"),
        (line_of(session, 9), "\n"),
    ] {
        client.send(format!("{line}{end}"))?;
        let answer = |prompt: &str| format!("{prompt}{}\n", line.to_uppercase()).into_bytes();
        let expected = answer(prompt.get().unwrap_or_default());
        client.expect_answer(b"", &expected, |got| {
            let begins = if got.starts_with(PROMPT.as_bytes()) { PROMPT } else { "" };
            let begins = prompt.get().unwrap_or(begins);
            prompt.set(Some(begins));
            got == answer(begins)
        })?;
    }
    client.expect_no_more().map_err(|stop| stop.remark("every line has been answered"))?;
    session.restart(server, &[]).map(drop)
}

/// L5.2
pub(super) fn answers_however_cut(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut client = server.connect()?;
    is_served(&mut client, &line_of(session, 9))?;
    answers_pieces(session, &mut client)?;
    answers_lines_together(session, &mut client)?;
    answers_lines_of_any_length(session, &mut client)?;
    // This finds what came too late to be found earlier.
    client.expect_no_more().map_err(|stop| stop.remark("every line has been answered"))?;
    // The client stays, since other clauses decide what happens when it leaves.
    if session.program() == SEQUENTIAL { Ok(()) } else { keeps_halves_apart(session, &mut server) }
}

fn answers_pieces(session: &mut Session, client: &mut Peer) -> Step {
    let text = line_of(session, 5);
    let line = format!("{text}\n");
    for pieces in every_way(line.as_bytes()) {
        send_line_cut(client, &pieces)?;
        expect_answer(client, &text)?;
    }
    Ok(())
}

fn answers_lines_together(session: &mut Session, client: &mut Peer) -> Step {
    let (first, second, third) = (line_of(session, 6), line_of(session, 1), line_of(session, 8));
    let several = "two lines and the beginning of a third came in one segment";
    client.send(format!("{first}\n{second}\n{}", &third[..3]))?;
    for line in [&first, &second] {
        expect_answer(client, line).map_err(|stop| stop.remark(several))?;
    }
    client.wait_until_read()?;
    client.expect_nothing_yet().map_err(|stop| stop.remark(several))?;
    client.send(format!("{}\n", &third[3..]))?;
    expect_answer(client, &third)?;
    let many: Vec<String> = (0..MANY).map(|_| line_of(session, 249)).collect();
    client.send(many.join("\n") + "\n")?;
    for line in &many {
        let words = format!("{MANY} lines came at once");
        expect_answer(client, line).map_err(|stop| stop.remark(&words))?;
    }
    Ok(())
}

/// Lines that fill a usual buffer, with or without their end, and lines that are just too short or just too long for it.
fn answers_lines_of_any_length(session: &mut Session, client: &mut Peer) -> Step {
    for size in BUFFERS {
        for (length, end) in
            [(size - 2, "\r\n"), (size - 1, "\n"), (size - 1, "\r\n"), (size, "\n"), (size + 1, "\n")]
        {
            let line = line_of(session, length);
            client.send(format!("{line}{end}"))?;
            let words = format!("the line has {length} bytes without its end");
            expect_answer(client, &line).map_err(|stop| stop.remark(&words))?;
        }
    }
    Ok(())
}

/// Several clients send their lines in pieces, and the pieces come in any order. Other clauses decide which clients are served, and whether
/// a client that has sent half a line holds up the others.
fn keeps_halves_apart(session: &mut Session, server: &mut Program) -> Step {
    const CLIENTS: usize = 8;
    const PIECES: usize = 3;
    let mut clients: Vec<(Peer, String)> = Vec::new();
    while clients.len() < CLIENTS {
        let mut client = server.connect()?;
        let line = line_of(session, 9);
        if !client.offer(format!("{line}\n"))? || !is_answered(&mut client, &line)? {
            break;
        }
        // Every other line is longer than what one read usually takes.
        let length = if clients.len().is_multiple_of(2) { 10 } else { 9000 };
        clients.push((client, line_of(session, length)));
    }
    let cut = "several clients send their lines in pieces, in turns";
    for piece in 0..PIECES {
        session.random.shuffle(&mut clients);
        for (client, line) in &mut clients {
            let whole = format!("{line}\n");
            let pieces = cut_at(whole.as_bytes(), &[line.len() / 3, line.len() / 2]);
            client.offer(pieces[piece])?;
            let step = if piece + 1 < PIECES {
                client.wait_until_read().and_then(|()| client.expect_nothing_yet())
            } else {
                expect_answer(client, line)
            };
            unless_held_up(step).map_err(|stop| stop.remark(cut))?;
        }
    }
    Ok(())
}

/// It is no failure here that a server waits.
fn unless_held_up(step: Step) -> Step {
    match step {
        Err(Stop::Failed(failure)) if failure.kind.is_still() || failure.kind == Kind::NotReading => Ok(()),
        other => other,
    }
}
