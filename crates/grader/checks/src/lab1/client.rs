//! What the dumb HTTP client must do, with the grader as its server.

use super::http;
use model::{Failure, Kind, Step, Stop};
use session::{Program, Session, wrong_output};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use wire::{Ending, Peer, bytewise, cut_at};

const PROGRAM: &str = "dumb-http-client";
const REQUEST: &str = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";
const MEBIBYTE: usize = 1 << 20;
/// The long response that must pass through, and the memory that it may cost.
const LONG: usize = 256 * MEBIBYTE;
const MEMORY: u64 = 128 << 20;
/// After each part of this length the check looks whether the memory already shows that the client does not collect the response.
const PART: usize = 32 * MEBIBYTE;

/// L1.1
pub(super) fn connects(session: &mut Session) -> Step {
    let host = Ipv4Addr::new(127, 0, 0, session.random.u8(2..250));
    connects_to(session, host, &host.to_string())?;
    // Only in a namespace is there a name that is known to have a single address.
    if session.needs_isolation().is_ok() {
        session.note("the host is given by its name now");
        connects_to(session, Ipv4Addr::LOCALHOST, sandbox::HOST_NAME)?;
    }
    Ok(())
}

fn connects_to(session: &mut Session, address: Ipv4Addr, host: &str) -> Step {
    let listener = session.listen(address.into())?;
    let client = session.start(PROGRAM, &arguments(host, listener.address().port()))?;
    let server = listener.accept()?;
    server.close();
    drop(client);
    Ok(())
}

/// L1.2
pub(super) fn sends_its_words(session: &mut Session) -> Step {
    let (_client, mut server) = connected(session)?;
    let (mut sent, ending) = server.read_until_still(MEBIBYTE)?;
    // It must not answer a response either.
    if ending.is_none() && server.offer("HTTP/1.1 200 OK\r\n")? && !server.has_ended()? {
        server.wait_until_read()?;
        sent.extend(server.read_until_rested()?.0);
    }
    if sent == REQUEST.as_bytes() {
        return Ok(());
    }
    let failure =
        Failure::new(Kind::Mismatch, "the client sends something else").expected(REQUEST.as_bytes());
    Err(failure.got(&*sent).into())
}

/// L1.3
pub(super) fn reads_to_the_end(session: &mut Session) -> Step {
    for length in [1, 1023, 1024, 1025, MEBIBYTE] {
        let response = session.text(length);
        reads_on(session, &[response.as_bytes()], Pause::Short)?;
    }
    let response = session.text(40);
    reads_on(session, &bytewise(response.as_bytes()), Pause::Short)?;
    // A long pause before an empty response, and one between the halves of another.
    reads_on(session, &[], Pause::Long)?;
    let response = session.text(1500);
    reads_on(session, &[response.as_bytes()], Pause::Long)
}

/// L1.4
pub(super) fn prints_every_byte(session: &mut Session) -> Step {
    let every_byte: Vec<u8> = (0..=255).collect();
    let random = session.bytes(5000);
    let text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nD\u{e9}sol\u{e9} \u{2603}".as_bytes();
    // Bytes that a program removes if it tidies up texts, at the ends of the whole response and of a piece.
    let (marked, mark) = (b"\xef\xbb\xbfbegins \0\n\0ends \t\0\r\n\n".as_slice(), 11);
    for (response, cut) in [
        (text, None),
        (b"no newline at the end", None),
        (&every_byte, None),
        (&random, None),
        (b" \r\n\tbegins and ends \0", None),
        (marked, Some(mark)),
    ] {
        let (client, mut server) = asked(session)?;
        let cut = cut.unwrap_or_else(|| session.random.usize(..response.len()));
        // A client that no longer reads loses what follows. Its output will show that.
        for piece in cut_at(response, &[cut]) {
            if server.offer(piece)? && !server.has_ended()? {
                server.wait_until_read()?;
            }
        }
        finish(&client, &mut server)?;
        expect_printed(session, &client, response)?;
    }
    Ok(())
}

/// Expects that the client has printed the response and nothing else. Where the handout asks for standard output, it must be there;
/// otherwise either stream will do.
fn expect_printed(session: &Session, client: &Program, response: &[u8]) -> Step {
    let (output, console) = (client.output()?, client.console()?);
    if output == response {
        return Ok(());
    }
    if console == response {
        if !session.is_of_the_crate(PROGRAM)? {
            return Ok(());
        }
        let summary = "the client prints the response on standard error";
        return Err(wrong_output(summary, "the response on standard output", b"nothing there").into());
    }
    let printed = if output.is_empty() { console } else { output };
    let failure = Failure::new(Kind::Output, "the client prints other bytes than it received");
    Err(failure.expected(response).got(&*printed).into())
}

/// L1.5
pub(super) fn exits_with_success(session: &mut Session) -> Step {
    for response in ["", "HTTP/1.1 200 OK\r\n\r\n", "no HTTP at all"] {
        let (client, mut server) = asked(session)?;
        // It must wait for the response and begin to read it. L1.3 decides whether it reads to the end.
        let (_, ending) = server.read_until_rested()?;
        if ending.is_none() && server.offer(response)? {
            server.wait_until_read()?;
        }
        let has_left = ending.is_some() || server.has_ended()? && server.ending() == Some(Ending::Reset);
        if has_left {
            let summary = "the client left without having waited for a response";
            let failure = server.lost(Kind::Ended, summary)?.expected("it waits until the server closes");
            return Err(failure.got("its end").into());
        }
        server.half_close()?;
        client.expect_success()?;
    }
    Ok(())
}

/// L1.6
pub(super) fn meets_a_real_server(session: &mut Session) -> Step {
    let (client, mut server) = connected(session)?;
    let sent = server.take(REQUEST.len())?;
    let answer = http::answer(&sent)?;
    if answer.is_empty() {
        let summary = "the HTTP server has nothing to answer, since no request came that is complete";
        return Err(Failure::new(Kind::Mismatch, summary).expected(REQUEST).got(&*sent).into());
    }
    server.send(&answer)?;
    finish(&client, &mut server)?;
    let console = client.console()?;
    let status = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    if console.windows(status.len().max(1)).any(|window| window == status) {
        return Ok(());
    }
    let summary = "the client does not print what the HTTP server answered";
    let failure = Failure::new(Kind::Output, summary).expected(&*answer);
    Err(failure.got(&*console).into())
}

/// L1.7
pub(super) fn tells_that_it_was_refused(session: &mut Session) -> Step {
    let nobody = session.unused_address()?;
    let client = session.start(PROGRAM, &arguments(&nobody.ip().to_string(), nobody.port()))?;
    let message = client.expect_told_error()?;
    for part in [nobody.ip().to_string(), nobody.port().to_string()] {
        if !message.contains(&part) {
            let expected = format!("a message that names {} and {}", nobody.ip(), nobody.port());
            let summary = format!("the message does not name the address: {part} is missing");
            return Err(wrong_output(summary, &expected, message.as_bytes()).into());
        }
    }
    Ok(())
}

/// L1.S1
pub(super) fn tells_that_the_connection_was_lost(session: &mut Session) -> Step {
    let (client, mut server) = asked(session)?;
    let part = format!("HTTP/1.1 200 OK\r\n\r\n{}", session.text(700));
    server.send(&part)?;
    server.wait_until_read()?;
    server.reset()?;
    let message = client.expect_told_error()?;
    if !message.contains(&part) {
        let summary = "the client does not print what had arrived before the reset";
        return Err(Failure::new(Kind::Output, summary)
            .expected(part.as_bytes())
            .got(message.as_bytes())
            .into());
    }
    if message.replacen(&part, "", 1).trim().is_empty() {
        let summary = "the client does not say that the connection was lost";
        return Err(wrong_output(summary, "a message beside the response", message.as_bytes()).into());
    }
    Ok(())
}

/// L1.S2
pub(super) fn tells_that_the_host_is_unknown(session: &mut Session) -> Step {
    const NAME: &str = "no-such-host.invalid";
    // A resolver without an answering server keeps the client waiting for some seconds.
    session.allow_sleep(Duration::from_secs(30));
    let client = session.start(PROGRAM, &arguments(NAME, 80))?;
    let message = client.expect_told_error()?;
    if message.contains(NAME) {
        return Ok(());
    }
    let summary = "the message does not say which host is unknown";
    Err(wrong_output(summary, &format!("a message that names {NAME}"), message.as_bytes()).into())
}

/// L1.S3
pub(super) fn tries_each_address(session: &mut Session) -> Step {
    let hosts = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    for host in hosts {
        let port = session.unused_address()?.port();
        let listener = match session.listen_at(SocketAddr::new(host, port)) {
            Err(Stop::Fault(_)) if host.is_ipv6() => {
                return Err(Stop::Skipped("this machine has no IPv6".to_owned()));
            }
            other => other?,
        };
        session.note(&format!("localhost has two addresses; only {host} is open"));
        let client = session.start(PROGRAM, &arguments("localhost", port))?;
        let mut server = listener.accept()?;
        server.take(REQUEST.len())?;
        server.send("found")?;
        finish(&client, &mut server)?;
        let console = client.console()?;
        if !console.windows(5).any(|window| window == b"found") {
            let summary = "the client does not print what the second address answered";
            return Err(wrong_output(summary, "found", &console).into());
        }
    }
    Ok(())
}

/// L1.S4
pub(super) fn needs_little_memory(session: &mut Session) -> Step {
    let (client, mut server) = asked(session)?;
    client.divert_output(|_| ())?;
    let block = session.text(MEBIBYTE);
    let mut memory = 0;
    for sent in (1..=LONG / MEBIBYTE).map(|blocks| blocks * MEBIBYTE) {
        server.send(&block)?;
        if sent % PART == 0 {
            server.wait_until_read()?;
            memory = client.peak_memory()?;
            // A client that reads byte by byte need not read everything, which would take minutes.
            if memory * 4 <= sent as u64 {
                break;
            }
        }
    }
    if memory > MEMORY {
        let summary = format!("the client needed {} MiB of memory for a response of 256 MiB", memory >> 20);
        return Err(Failure::new(Kind::Resource, summary)
            .expected(format!("at most {} MiB", MEMORY >> 20))
            .got(format!("{} MiB", memory >> 20))
            .into());
    }
    finish(&client, &mut server)
}

/// How long the server is silent before it goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// Until the client waits again.
    Short,
    /// Until the client will do no more by itself: the kernel shows that, or it has slept for 3 s.
    Long,
}

/// Sends a response in pieces, pauses, and sends one more piece if there were any. The client must read each piece and stay until the
/// server closes.
fn reads_on(session: &mut Session, pieces: &[&[u8]], pause: Pause) -> Step {
    let (client, mut server) = asked(session)?;
    for piece in pieces {
        expect_reads(&mut server, piece)?;
    }
    match pause {
        Pause::Short => server.read_until_rested()?,
        Pause::Long => server.read_until_still(MEBIBYTE)?,
    };
    // A client that has left, or is about to, does not read that.
    expect_reads(&mut server, if pieces.is_empty() { b"" } else { b" and more" })?;
    finish(&client, &mut server)
}

/// Sends a piece that the client must read. The kernel resets the connection when a program leaves bytes unread.
fn expect_reads(server: &mut Peer, piece: &[u8]) -> Step {
    if server.offer(piece)? && !server.has_ended()? {
        server.wait_until_read()?;
    }
    if server.has_ended()? {
        let summary = "the client left before the server closed";
        return Err(server.lost(Kind::Ended, summary)?.expected("it goes on reading").got("its end").into());
    }
    Ok(())
}

/// The client, connected to the grader.
fn connected(session: &mut Session) -> Step<(Program, Peer)> {
    let host = Ipv4Addr::LOCALHOST;
    let listener = session.listen(host.into())?;
    let client = session.start(PROGRAM, &arguments(&host.to_string(), listener.address().port()))?;
    Ok((client, listener.accept()?))
}

/// The client, connected, after its words have come. L1.2 decides whether they are right.
fn asked(session: &mut Session) -> Step<(Program, Peer)> {
    let (client, mut server) = connected(session)?;
    server.take(REQUEST.len())?;
    Ok((client, server))
}

/// Ends the response, and waits until the client has ended or will do no more. L1.5 decides which of the two is right.
fn finish(client: &Program, server: &mut Peer) -> Step {
    server.half_close()?;
    client.wait_for_end_or_stillness()
}

fn arguments(host: &str, port: u16) -> [(&'static str, String); 2] {
    [("host", host.to_owned()), ("port", port.to_string())]
}
