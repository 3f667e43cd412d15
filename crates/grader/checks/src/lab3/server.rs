//! Parts a and c: what a client of the echo server sees. The functions take the program's name, since the
//! threaded server speaks the same protocol.

use crate::{Program, Session};
use model::{Failure, Kind, Step};
use wire::{Peer, bytewise, every_cut};

const GREETING: &str = "HELLO\n";

/// What the server is given of an endless line before it must have cut it off.
const ENDLESS: usize = 64 << 20;
const MEBIBYTE: usize = 1 << 20;

/// L3.1
pub(super) fn listens(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let mut client = server.connect()?;
    client.read_until_still(MEBIBYTE)?;
    session.restart(server, &[]).map(drop)
}

/// L3.2
pub(super) fn greets(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let mut client = server.connect()?;
    client.expect(GREETING)?;
    client.expect_silence()
}

/// L3.3
pub(super) fn answers_in_upper_case(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    for end in ["\n", "\r\n"] {
        // Spaces belong to the line, at its ends too.
        let line = format!(" {} ", session.text(20));
        let mut client = greeted(&mut server)?;
        client.send(format!("{line}{end}"))?;
        expect_exactly(&mut client, &format!("{}\n", line.to_uppercase()))?;
        client.expect_end()?;
    }
    Ok(())
}

/// L3.4
pub(super) fn waits_for_the_end_of_the_line(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let text = session.text(5);
    let line = format!("{text}\n");
    let cuts = every_cut(line.as_bytes()).chain([bytewise(line.as_bytes())]);
    for pieces in cuts {
        let mut client = greeted(&mut server)?;
        for piece in &pieces {
            if piece.ends_with(b"\n") {
                client.send(piece)?;
            } else {
                client.send_in_pieces([*piece])?;
                let early = "the line had not ended yet, and must not be answered before";
                client.expect_silence().map_err(|stop| stop.remark(early))?;
            }
        }
        expect_answer(&mut client, &text)?;
    }
    Ok(())
}

/// L3.5
pub(super) fn answers_one_line_only(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let (first, second) = (session.text(9), session.text(9));
    let mut client = greeted(&mut server)?;
    client.send(format!("{first}\n{second}\n"))?;
    expect_answer(&mut client, &first)?;
    // Whether the connection is closed, or reset because the second line lies unread, is not this clause's matter.
    let (more, _) = client.read_until_still(MEBIBYTE)?;
    if !more.is_empty() {
        let summary = "something was sent after the answer to the first line";
        return Err(Failure::new(Kind::Unexpected, summary).expected("nothing more").got(&*more).into());
    }
    client.close();
    converse(session, &mut server)
}

/// L3.6
pub(super) fn serves_the_next(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    for _ in 0..4 {
        converse(session, &mut server)?;
    }
    Ok(())
}

/// L3.7
pub(super) fn one_at_a_time(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let (one, two) = (session.text(9), session.text(9));
    let mut first = greeted(&mut server)?;
    let mut second = server.connect()?;
    second.send(format!("{two}\n"))?;
    let early = "the first client was still being served, and the second must wait";
    second.expect_silence().map_err(|stop| stop.remark(early))?;
    first.send(format!("{one}\n"))?;
    expect_answer(&mut first, &one)?;
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

/// L3.8
pub(super) fn answers_an_empty_line(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    for line in ["\n", "\r\n"] {
        let mut client = greeted(&mut server)?;
        client.send(line)?;
        client.expect_answer(GREETING.as_bytes(), b"\n", |got| matches!(got, b"\n" | b"\r\n"))?;
    }
    Ok(())
}

/// L3.9
pub(super) fn survives_clients_that_leave(session: &mut Session, program: &str) -> Step {
    let mut server = session.serve(program)?;
    let ways: [fn(Peer) -> Step; 5] = [
        |client| {
            client.close();
            Ok(())
        },
        |mut client| {
            client.half_close()?;
            // Whether what came without an end of line is answered is left open.
            client.read_until_still(MEBIBYTE).map(drop)
        },
        |mut client| {
            client.send_in_pieces([b"half a li".as_slice()])?;
            client.close();
            Ok(())
        },
        Peer::reset,
        |mut client| {
            client.send_in_pieces([b"half a li".as_slice()])?;
            client.reset()
        },
    ];
    for leave in ways {
        leave(greeted(&mut server)?)?;
        converse(session, &mut server)?;
    }
    // And one that is gone before it is greeted.
    server.connect()?.reset()?;
    converse(session, &mut server)
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
    let client = greeted(&mut server)?;
    server.expect_cut_off(client, ENDLESS)?;
    converse(session, &mut server)
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
