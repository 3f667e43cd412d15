//! Parts a and c: what a client of the echo server sees. Some functions take the program's name, since the threaded server speaks the same
//! protocol. Long and cut lines are in `lines`, clients that leave in `leaving`.

use model::{Failure, Kind, Step};
use session::{Program, Session};
use std::time::Duration;
use wire::{Peer, every_cut};

pub(super) const GREETING: &str = "HELLO\n";

const MEBIBYTE: usize = 1 << 20;
/// How much of a line a server must take before it may cut it off, and how many further bytes of it the check sends at most.
const SHORTEST_LIMIT: usize = MEBIBYTE;
const LONGEST_LIMIT: usize = 32 * MEBIBYTE;
/// The server must have cut the line off within this processor time. One that copies everything it has with each new piece would need
/// minutes.
const LONGEST_WORK: Duration = Duration::from_secs(10);

/// L3.1
pub(super) fn listens(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    server.expect_over_ipv4()?;
    let client = server.connect()?;
    // Only an accepted connection keeps the port busy after the server is killed. This clause does not decide whether it is ever accepted.
    server
        .wait_until(&mut |server| Ok(server.socket_of(&client)?.is_some_and(|socket| socket.inode != 0)))?;
    session.restart(server, &[])?.expect_over_ipv4()
}

/// L3.2
pub(super) fn greets(_: &mut Session, server: &mut Program) -> Step {
    let mut client = server.connect()?;
    client.expect(GREETING)?;
    client.expect_no_more().map_err(|stop| stop.remark("it has the greeting, and has said nothing"))
}

/// L3.5
pub(super) fn answers_one_line_only(session: &mut Session, server: &mut Program) -> Step {
    let (first, second) = (session.text(9), session.text(9));
    let mut client = greeted(server)?;
    client.send(format!("{first}\n{second}\n"))?;
    expect_answer(&mut client, &first)?;
    // This clause does not decide whether the connection is closed, or reset because the second line is unread.
    let (more, _) = client.read_until_still(MEBIBYTE)?;
    if !more.is_empty() {
        let summary = "something was sent after the answer to the first line";
        return Err(Failure::new(Kind::Unexpected, summary).expected("nothing more").got(&*more).into());
    }
    client.close();
    // What follows may also be the beginning of a line. The first line has ended all the same.
    let mut client = greeted(server)?;
    client.send(format!("{first}\n{second}"))?;
    expect_answer(&mut client, &first)?;
    client.close();
    converse(session, server)
}

/// L3.7
pub(super) fn one_at_a_time(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let (one, two) = (session.text(9), session.text(9));
    let mut first = greeted(&mut server)?;
    let mut second = server.connect()?;
    second.send(format!("{two}\n"))?;
    if !waits_for_its_turn(&server, &mut first, &mut second)? {
        let early = "the first client was still being served, and the second must wait";
        second.expect_silence().map_err(|stop| stop.remark(early))?;
    }
    // This clause does not decide what the first client gets. It was silent for long, so the server may have lost its patience with it.
    if first.offer(format!("{one}\n"))? {
        first.take_line()?;
    }
    first.close();
    // The second client gets its greeting and its answer together now.
    let (all, _) = second.read_until_still(MEBIBYTE)?;
    if String::from_utf8_lossy(&all).trim_end().to_uppercase().ends_with(&two.to_uppercase()) {
        return Ok(());
    }
    let failure = Failure::new(Kind::Mismatch, "the second client was not served when its turn came");
    let expected = format!("{GREETING}{}\n", two.to_uppercase());
    Err(failure.expected(expected.as_bytes()).got(&*all).into())
}

/// Waits until nothing more will happen by itself, or the server is done with the first client. Tells whether the second one got nothing
/// before that.
fn waits_for_its_turn(server: &Program, first: &mut Peer, second: &mut Peer) -> Step<bool> {
    let mut is_served = false;
    server.wait_until(&mut |_| {
        second.has_ended()?;
        let came = second.take_arrived();
        second.put_back(&came);
        is_served = !came.is_empty() || second.ending().is_some();
        // Looked at last, since the end of the first connection comes before any word to the second client.
        Ok(first.has_ended()? || is_served)
    })?;
    Ok(!is_served || first.ending().is_some())
}

/// L3.8
pub(super) fn answers_an_empty_line(_: &mut Session, server: &mut Program) -> Step {
    for line in ["\n", "\r\n"] {
        let mut client = greeted(server)?;
        client.send(line)?;
        client.expect_answer(GREETING.as_bytes(), b"\n", |got| matches!(got, b"\n" | b"\r\n"))?;
    }
    Ok(())
}

/// L3.S1
pub(super) fn knows_other_letters(session: &mut Session) -> Step {
    let mut server = session.serve("echo-server")?;
    let letters = ["é", "ß", "ü", "ñ", "ç", "à", "ø", "a", "Z", "!"];
    let line: String = (0..12).map(|_| letters[session.random.usize(..letters.len())]).collect();
    let mut client = greeted(&mut server)?;
    client.send(format!("{line}\n"))?;
    expect_exactly(&mut client, &format!("{}\n", line.to_uppercase()))?;
    client.close();
    let short = "éß\n";
    for pieces in every_cut(short.as_bytes()) {
        let mut client = greeted(&mut server)?;
        client.send_in_pieces(pieces)?;
        expect_exactly(&mut client, &short.to_uppercase())?;
    }
    Ok(())
}

/// L3.S2
pub(super) fn takes_a_long_line(session: &mut Session) -> Step {
    let mut server = session.serve("echo-server")?;
    let line = session.text(MEBIBYTE);
    let mut client = greeted(&mut server)?;
    client.send(format!("{line}\n"))?;
    expect_answer(&mut client, &line)
}

/// L3.S3
pub(super) fn survives_invalid_text(session: &mut Session) -> Step {
    let mut server = session.serve("echo-server")?;
    for line in [b"\xff\xfe\n".as_slice(), b"caf\xc3 \xe2\x82 x\n", b"\xc3\n", b"\0\n"] {
        let mut client = greeted(&mut server)?;
        client.send(line)?;
        // The handout does not say what the answer is.
        client.read_until_still(MEBIBYTE)?;
        client.close();
        converse(session, &mut server)?;
    }
    Ok(())
}

/// L3.S4
pub(super) fn cuts_off_an_endless_line(session: &mut Session) -> Step {
    let mut server = session.serve("echo-server")?;
    let mut client = greeted(&mut server)?;
    expect_takes(&mut client, SHORTEST_LIMIT - 1)?;
    server.expect_cut_off_within(client, LONGEST_LIMIT, LONGEST_WORK)?;
    converse(session, &mut server)
}

/// Expects that the server takes `length` bytes of a line and waits for more.
fn expect_takes(client: &mut Peer, length: usize) -> Step {
    if client.offer(vec![b'a'; length])? && !client.has_ended()? {
        client.wait_until_read()?;
        client.read_until_rested()?;
    }
    if !client.has_ended()? {
        return Ok(());
    }
    let summary = "the connection is closed before the line is 1 MiB long";
    Err(client.lost(Kind::Ended, summary)?.expected("a limit of at least 1 MiB").got("a shorter one").into())
}

/// A client that has connected and taken the greeting, whatever it was. One clause decides whether it is right, and the others must not
/// fail with it.
pub(super) fn greeted(server: &mut Program) -> Step<Peer> {
    let mut client = server.connect()?;
    client.take_line()?;
    Ok(client)
}

/// Expects exactly this answer. L3.2 decides about a greeting that comes late, together with it.
fn expect_exactly(client: &mut Peer, answer: &str) -> Step {
    client.expect_answer(GREETING.as_bytes(), answer.as_bytes(), |got| got == answer.as_bytes())
}

/// Expects an answer with the text of `line`. L3.3 decides about its case and its end.
pub(super) fn expect_answer(client: &mut Peer, line: &str) -> Step {
    let answer = format!("{}\n", line.to_ascii_uppercase());
    client.expect_answer(GREETING.as_bytes(), answer.as_bytes(), |got| {
        got.trim_ascii_end().eq_ignore_ascii_case(line.as_bytes())
    })
}

/// One conversation that shows that the server lives.
pub(super) fn converse(session: &mut Session, server: &mut Program) -> Step {
    let line = session.text(12);
    let mut client = greeted(server)?;
    client.send(format!("{line}\n"))?;
    expect_answer(&mut client, &line)?;
    client.close();
    Ok(())
}
