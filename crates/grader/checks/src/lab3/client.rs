//! Part b: the echo client, with the grader as its server.

use crate::kit::cuts::send_cut;
use model::{Failure, Kind, Step, Stop};
use session::{Program, Session, wrong_output};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use wire::{Listener, Peer, bytewise, cut_at, every_cut};

const PROGRAM: &str = "echo-client";
const GREETING: &str = "HELLO\n";
const LINE: &str = "ThIS is a TeSt\n";
const ANSWER: &str = "THIS IS A TEST\n";
/// More than any client needs, in milliseconds.
const PATIENT: u64 = 10_000;
const KIBIBYTE: usize = 1 << 10;

/// L3.10
pub(super) fn sends_one_line(session: &mut Session) -> Step {
    let (client, mut server, _listener) = connected(session)?;
    server.send(GREETING)?;
    let mut sent = server.take_line()?;
    // Everything else that it says, now or before its end, is surplus.
    let (more, ending) = server.read_until_rested()?;
    sent.extend(more);
    if ending.is_none() && server.offer(ANSWER)? {
        server.half_close()?;
        sent.extend(server.read_to_end(KIBIBYTE)?.0);
    }
    if sent != LINE.as_bytes() {
        let summary = "the client sends something else";
        return Err(Failure::new(Kind::Mismatch, summary).expected(LINE.as_bytes()).got(&*sent).into());
    }
    client.expect_exit().map(drop)
}

/// L3.11
pub(super) fn accepts_the_answer(session: &mut Session) -> Step {
    // Greeting and answer in separate segments, each whole.
    exchange(session, |server| {
        server.send(GREETING)?;
        server.take_line()?;
        server.send(ANSWER)
    })?;
    // Both in one segment.
    exchange(session, |server| {
        server.send([GREETING, ANSWER].concat())?;
        server.take_line().map(drop)
    })?;
    exchange(session, |server| {
        server.send_in_pieces(bytewise(GREETING.as_bytes()))?;
        server.take_line()?;
        send_cut(server, &bytewise(ANSWER.as_bytes()))
    })?;
    // Both together, but cut in the middle of the greeting.
    let both = [GREETING, ANSWER].concat();
    let pieces = cut_at(both.as_bytes(), &[session.random.usize(1..GREETING.len())]);
    exchange(session, |server| {
        send_cut(server, &pieces)?;
        server.take_line().map(drop)
    })?;
    let positions: Vec<Vec<&[u8]>> = every_cut(ANSWER.as_bytes()).collect();
    let pieces = &positions[session.random.usize(..positions.len())];
    exchange(session, |server| {
        server.send(GREETING)?;
        server.take_line()?;
        send_cut(server, pieces)
    })
}

/// L3.12
pub(super) fn rejects_other_answers(session: &mut Session) -> Step {
    let cases = [
        (GREETING, "this is a test\n", "THIS IS A TEST", "this is a test"),
        (GREETING, "THIS IS A TEST!\n", "THIS IS A TEST", "THIS IS A TEST!"),
        // As long as the right one, and with the same first word.
        (GREETING, "THIS IS A JEST\n", "THIS IS A TEST", "THIS IS A JEST"),
        (GREETING, "THIS IS A TES", "THIS IS A TEST", "THIS IS A TES"),
        (GREETING, "", "THIS IS A TEST", ""),
        ("HALLO\n", ANSWER, "HELLO", "HALLO"),
        ("HELLO WORLD\n", ANSWER, "HELLO", "HELLO WORLD"),
        ("hello\n", ANSWER, "HELLO", "hello"),
        ("", ANSWER, "HELLO", "THIS IS A TEST"),
        ("", "", "HELLO", ""),
    ];
    for (greeting, answer, expected, came) in cases {
        let (client, mut server, _listener) = connected(session)?;
        server.send(greeting)?;
        if !greeting.is_empty() {
            // A client that does not like the greeting need not send its line.
            server.take_line()?;
        }
        server.offer(answer)?;
        server.half_close()?;
        server.read_to_end(KIBIBYTE)?;
        let message = client.expect_told_error()?;
        for (words, what) in [(expected, "what was expected"), (came, "what came")] {
            if !message.contains(words) {
                let summary = format!("the client's message does not say {what}");
                return Err(wrong_output(
                    summary,
                    &format!("a message that holds {words:?}"),
                    message.as_bytes(),
                )
                .into());
            }
        }
    }
    Ok(())
}

/// L3.13
pub(super) fn tells_of_lost_connections(session: &mut Session) -> Step {
    let nobody = session.unused_address()?;
    let values = arguments(nobody.port(), PATIENT);
    session.note("nobody listens where the client is sent");
    session.start(PROGRAM, &values)?.expect_told_error()?;
    for greet in [false, true] {
        let (client, mut server, listener) = connected(session)?;
        // A client that tries again is refused.
        drop(listener);
        if greet {
            server.send(GREETING)?;
            server.take_line()?;
        }
        // It waits for the greeting, or for the answer.
        server.read_until_rested()?;
        server.reset()?;
        client.expect_told_error()?;
    }
    Ok(())
}

/// L3.S5
pub(super) fn gives_up_in_time(session: &mut Session) -> Step {
    // A virtual machine on a loaded processor may use up a short time-out before it connects.
    let mut result = Ok(());
    for timeout in [40, 400, 4000] {
        result = gives_up_after(session, timeout);
        let too_short = |stop: &Stop| matches!(stop, Stop::Failed(failure) if failure.kind == Kind::Exited);
        if !result.as_ref().is_err_and(too_short) {
            break;
        }
    }
    result
}

fn gives_up_after(session: &mut Session, timeout: u64) -> Step {
    let timeout = session.effective(PROGRAM, "timeout_ms", timeout)?;
    session.allow_sleep(Duration::from_millis(3 * timeout + 3000));
    for greet in [false, true] {
        let listener = session.listen(Ipv4Addr::LOCALHOST.into())?;
        let began = Instant::now();
        let client = session.start(PROGRAM, &arguments(listener.address().port(), timeout))?;
        let mut server = listener.accept()?;
        if greet {
            server.offer(GREETING)?;
        }
        client.expect_told_error().map_err(|stop| waits_without_limit(stop, timeout))?;
        // A lower bound holds on any machine, since the client began to wait after it was started.
        if began.elapsed() < Duration::from_millis(timeout) {
            let summary = format!("the client gave up after {} ms", began.elapsed().as_millis());
            let failure = Failure::new(Kind::Ended, summary).expected(format!("it waits for {timeout} ms"));
            return Err(failure.got("it gave up before").into());
        }
    }
    Ok(())
}

/// Makes the failure say why the client does not end.
fn waits_without_limit(stop: Stop, timeout: u64) -> Stop {
    match stop {
        Stop::Failed(mut failure) if failure.kind == Kind::StillRunning => {
            failure.summary =
                format!("{PROGRAM} still waits, without a time-out, although timeout_ms is {timeout}");
            Stop::Failed(failure)
        }
        stop => stop,
    }
}

/// Lets the client talk to a server that says the right words, and expects the client to succeed.
fn exchange(session: &mut Session, talk: impl FnOnce(&mut Peer) -> Step) -> Step {
    let (client, mut server, _listener) = connected(session)?;
    talk(&mut server)?;
    server.half_close()?;
    server.read_to_end(KIBIBYTE)?;
    client.expect_success()?;
    let console = client.console()?;
    if console.trim_ascii().is_empty() {
        return Err(wrong_output("the client does not say that all went well", "a message", &console).into());
    }
    Ok(())
}

/// The client, connected to the grader.
fn connected(session: &mut Session) -> Step<(Program, Peer, Listener)> {
    let listener = session.listen(Ipv4Addr::LOCALHOST.into())?;
    let client = session.start(PROGRAM, &arguments(listener.address().port(), PATIENT))?;
    let server = listener.accept()?;
    Ok((client, server, listener))
}

fn arguments(port: u16, timeout_ms: u64) -> [(&'static str, String); 3] {
    [
        ("host", Ipv4Addr::LOCALHOST.to_string()),
        ("port", port.to_string()),
        ("timeout_ms", timeout_ms.to_string()),
    ]
}
