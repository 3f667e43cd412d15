//! Parts a and c: what a client of the echo server sees. The functions take the program's name, since the
//! threaded server speaks the same protocol. Long and cut lines are `lines`', clients that go `leaving`'s.

use model::{Failure, Kind, Step};
use session::{Program, Session};
use std::time::Duration;
use wire::{Peer, every_cut};

pub(super) const GREETING: &str = "HELLO\n";

const MEBIBYTE: usize = 1 << 20;
/// What a server must take of a line before it may cut it off, and with that, and somewhat more, what it may take at most.
const SHORTEST_LIMIT: usize = MEBIBYTE;
const LONGEST_LIMIT: usize = 32 * MEBIBYTE;
/// The processor time in which it must have cut it off: one that copies all that it has with each piece that comes would need minutes.
const LONGEST_WORK: Duration = Duration::from_secs(10);

/// L3.1
pub(super) fn listens(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    server.expect_over_ipv4()?;
    let client = server.connect()?;
    // Only a connection that was accepted lingers on its port when the server is killed. Whether it ever is, is not asked here.
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
    // Whether the connection is closed, or reset because the second line lies unread, is not this clause's matter.
    let (more, _) = client.read_until_still(MEBIBYTE)?;
    if !more.is_empty() {
        let summary = "something was sent after the answer to the first line";
        return Err(Failure::new(Kind::Unexpected, summary).expected("nothing more").got(&*more).into());
    }
    client.close();
    // What follows may be the beginning of a line too: the first one has ended all the same.
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
    // What the first one gets is not asked here: a server may have lost its patience with it, as it has said nothing for long.
    if first.offer(format!("{one}\n"))? {
        first.take_line()?;
    }
    first.close();
    // Its greeting and its answer come together now.
    let (all, _) = second.read_until_still(MEBIBYTE)?;
    if String::from_utf8_lossy(&all).trim_end().to_uppercase().ends_with(&two.to_uppercase()) {
        return Ok(());
    }
    let failure = Failure::new(Kind::Mismatch, "the second client was not served when its turn came");
    let expected = format!("{GREETING}{}\n", two.to_uppercase());
    Err(failure.expected(expected.as_bytes()).got(&*all).into())
}

/// Waits until nothing more will happen by itself, or the server has done with the first client. Tells whether the second one got nothing
/// before that.
fn waits_for_its_turn(server: &Program, first: &mut Peer, second: &mut Peer) -> Step<bool> {
    let mut is_served = false;
    server.wait_until(&mut |_| {
        second.has_ended()?;
        let came = second.take_arrived();
        second.put_back(&came);
        is_served = !came.is_empty() || second.ending().is_some();
        // Looked at last: what ends the first comes before what is said to the second.
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
        // What is answered is left open.
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

/// Expects that the server takes so many bytes of a line and waits for more.
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

/// A client that has connected and taken the greeting, whatever that was: that it is right is the matter of one clause, and
/// the others are not to fail with it.
pub(super) fn greeted(server: &mut Program) -> Step<Peer> {
    let mut client = server.connect()?;
    client.take_line()?;
    Ok(client)
}

/// Expects exactly this answer. A greeting that comes late, along with it, is L3.2's matter.
fn expect_exactly(client: &mut Peer, answer: &str) -> Step {
    client.expect_answer(GREETING.as_bytes(), answer.as_bytes(), |got| got == answer.as_bytes())
}

/// Expects an answer with the text of `line`. Its case and its end are L3.3's matter.
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
