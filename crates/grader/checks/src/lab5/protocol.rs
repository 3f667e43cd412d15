//! The line protocol that all five servers speak. What an answer looks like is the matter of one clause; the others take
//! it with the prompt or without.

use super::SEQUENTIAL;
use crate::{Program, Session};
use model::{Failure, Kind, Step, Stop};
use std::cell::Cell;
use wire::{Peer, bytewise, every_cut, receive_all};

const KIBIBYTE: usize = 1 << 10;
/// How many lines a greeting has at most.
const LONGEST_GREETING: usize = 1000;
/// What may stand before an answer.
const PROMPT: &str = "> ";

/// A client that has connected and taken the greeting, if there is one.
///
/// # Errors
/// As [`greeted_many`].
pub(super) fn greeted(server: &mut Program) -> Step<Peer> {
    let mut client = server.connect()?;
    take_greetings(&mut [&mut client])?;
    Ok(client)
}

/// So many clients, of which each has got the greeting, if there is one, or is in the accept queue.
///
/// # Errors
/// A failure when the program is gone, or spins: then no more will be learned of it.
pub(super) fn greeted_many(server: &mut Program, count: usize) -> Step<Vec<Peer>> {
    let mut clients: Vec<Peer> = Vec::with_capacity(count);
    while clients.len() < count {
        // No more at once than there is room for: whoever finds the accept queue full has to try again.
        let before = clients.len();
        for _ in 0..room_in_queue(server)?.max(1).min(count - before) {
            clients.push(server.connect()?);
        }
        take_greetings(&mut clients[before..].iter_mut().collect::<Vec<_>>())?;
    }
    Ok(clients)
}

/// How many clients more may wait in the accept queue.
fn room_in_queue(server: &Program) -> Step<usize> {
    let queue = server.listening_socket()?;
    Ok(queue.send_queue.saturating_sub(queue.receive_queue) as usize)
}

fn take_greetings(clients: &mut [&mut Peer]) -> Step {
    let still = receive_all(clients, |_, arrived| arrived.len() > 64 * KIBIBYTE)?;
    if let Some(still) = still.filter(|still| !still.kind.is_still()) {
        return Err(still.failure(&format!("{} waited", clients[0].name())).into());
    }
    for client in clients {
        client.take_arrived();
    }
    Ok(())
}

/// A line of so many letters, without its end. It does not say bye, not even in the middle: what comes of that is the matter of
/// one clause.
pub(super) fn line_of(session: &mut Session, length: usize) -> String {
    loop {
        let line = session.text(length);
        if !line.to_ascii_lowercase().contains("bye") {
            return line;
        }
    }
}

/// Sends a line and expects its answer, with the prompt or without.
pub(super) fn converse(client: &mut Peer, line: &str) -> Step {
    client.send(format!("{line}\n"))?;
    expect_answer(client, line)
}

/// Expects the answer to a line, with the prompt or without.
pub(super) fn expect_answer(client: &mut Peer, line: &str) -> Step {
    let answer = format!("{}\n", line.to_uppercase());
    let accepts = |got: &[u8]| got.strip_prefix(PROMPT.as_bytes()).unwrap_or(got) == answer.as_bytes();
    client.expect_answer(b"", answer.as_bytes(), accepts)
}

/// A further client is served.
pub(super) fn serves_another(session: &mut Session, server: &mut Program) -> Step {
    let mut client = server.connect()?;
    is_served(&mut client, &line_of(session, 9))?;
    client.close();
    Ok(())
}

/// A line gets its answer, whatever comes before it: to learn by silence that there is no greeting takes a look at everything.
pub(super) fn is_served(client: &mut Peer, line: &str) -> Step {
    client.send(format!("{line}\n"))?;
    if is_answered(client, line)? { Ok(()) } else { expect_answer(client, line) }
}

/// Whether an answer comes to the first line of a client, behind its greeting or without one.
pub(super) fn is_answered(client: &mut Peer, line: &str) -> Step<bool> {
    let answer = line.to_uppercase();
    for _ in 0..LONGEST_GREETING {
        let got = client.take_line()?;
        if !got.ends_with(b"\n") {
            return Ok(false);
        }
        if got.trim_ascii_end().ends_with(answer.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// L5.1
pub(super) fn answers_in_upper_case(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut client = greeted(&mut server)?;
    let (first, second) = (line_of(session, 12), line_of(session, 7));
    // The first answer decides how all of them begin.
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
    client.expect_silence().map_err(|stop| stop.remark("every line has been answered"))?;
    session.restart(server, &[]).map(drop)
}

/// L5.2
pub(super) fn answers_however_cut(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut client = greeted(&mut server)?;
    let text = line_of(session, 5);
    let line = format!("{text}\n");
    for pieces in every_cut(line.as_bytes()).chain([bytewise(line.as_bytes())]) {
        for piece in pieces {
            if piece.ends_with(b"\n") {
                client.send(piece)?;
                continue;
            }
            client.send_in_pieces([piece])?;
            let early = "the line had not ended yet, and must not be answered before";
            client.expect_silence().map_err(|stop| stop.remark(early))?;
        }
        expect_answer(&mut client, &text)?;
    }
    let (first, second, third) = (line_of(session, 6), line_of(session, 1), line_of(session, 8));
    let several = "two lines and the beginning of a third came in one segment";
    client.send(format!("{first}\n{second}\n{}", &third[..3]))?;
    for line in [&first, &second] {
        expect_answer(&mut client, line).map_err(|stop| stop.remark(several))?;
    }
    client.expect_silence().map_err(|stop| stop.remark(several))?;
    client.send(format!("{}\n", &third[3..]))?;
    expect_answer(&mut client, &third)?;
    let many: Vec<String> = (0..100).map(|_| line_of(session, 99)).collect();
    client.send(many.join("\n") + "\n")?;
    for line in &many {
        expect_answer(&mut client, line).map_err(|stop| stop.remark("a hundred lines came at once"))?;
    }
    if session.program() == SEQUENTIAL { Ok(()) } else { keeps_halves_apart(session, &mut server) }
}

/// Several clients have sent half a line when the other halves come. Which of them are served is the matter of another clause.
fn keeps_halves_apart(session: &mut Session, server: &mut Program) -> Step {
    const CLIENTS: usize = 8;
    let clients = greeted_many(server, CLIENTS)?;
    let mut clients: Vec<_> = clients.into_iter().map(|client| (client, line_of(session, 10))).collect();
    for (client, line) in &mut clients {
        client.offer(&line[..5])?;
    }
    server.wait_until_still()?;
    session.random.shuffle(&mut clients);
    for (client, line) in &mut clients {
        client.offer(format!("{}\n", &line[5..]))?;
        match expect_answer(client, line) {
            Err(Stop::Failed(failure)) if failure.kind.is_still() => {}
            other => other.map_err(|stop| stop.remark("every client had sent half a line"))?,
        }
    }
    Ok(())
}

/// L5.3
pub(super) fn says_goodbye(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    for word in [Some("bye\n"), Some("BYE\r\n"), Some("bYe\n"), None] {
        let mut client = greeted(&mut server)?;
        converse(&mut client, "goodbye, and not yet bye")?;
        client.expect_silence().map_err(|stop| stop.remark("a line that only contains bye is no bye"))?;
        // Whatever belongs to this one must not keep the other's connection open.
        let mut next = server.connect()?;
        next.read_until_still(64 * KIBIBYTE)?;
        match word {
            Some(word) => client.send(word)?,
            None => client.half_close()?,
        }
        // Whether it is answered is left open.
        let (said, _) = client.read_to_end(64 * KIBIBYTE)?;
        let lines = said.split_inclusive(|byte| *byte == b'\n').count();
        if lines > usize::from(word.is_some()) {
            let summary = format!("{} got more than the end of the connection", client.name());
            let failure = Failure::new(Kind::Unexpected, summary);
            let expected =
                if word.is_some() { "one line at the most, and end of file" } else { "end of file" };
            return Err(failure.expected(expected).got(&*said).into());
        }
        client.close();
        next.read_until_still(64 * KIBIBYTE)?;
        converse(&mut next, &line_of(session, 9))
            .map_err(|stop| stop.remark("the client before it has left"))?;
        next.close();
    }
    Ok(())
}

/// L5.4
pub(super) fn survives_clients_that_leave(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let lines = format!("{}\n", line_of(session, 100)).repeat(2000);
    for said in ["", "half a li", "a line\n", &lines] {
        for reset in [false, true] {
            let mut client = server.connect()?;
            client.offer(said)?;
            if reset {
                client.reset()?;
            } else {
                client.close();
            }
            serves_another(session, &mut server)?;
        }
    }
    session.note("clients send a few lines and leave at once: the first answer meets a closed connection");
    for _ in 0..10 {
        server.wait_until(&mut |server| Ok(room_in_queue(server)? > 0))?;
        let mut client = server.connect()?;
        client.offer("a few\nlines\n".repeat(20))?;
        client.close();
    }
    serves_another(session, &mut server)?;
    session.note("a client leaves that may still be waiting in the accept queue");
    let first = greeted(&mut server)?;
    server.connect()?.reset()?;
    // What the first one's leaving does to the server, the signal that its process has ended say, must find it waiting for clients and
    // not busy with one.
    server.wait_until_still()?;
    first.reset()?;
    server.wait_until_still()?;
    serves_another(session, &mut server)
}
