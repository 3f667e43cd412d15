//! The client, with the grader as its server.

use super::answers::Message;
use super::{CLIENT, FRAMINGS, LONG, MEBIBYTE};
use crate::kit::cuts::{every_set, fewest, told};
use model::{Failure, Kind, Step, Stop};
use session::{Program, Session, wrong_output};
use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use wire::{Framing, Peer, cut_at};

/// How many messages come in one segment.
const MANY: usize = 20;

/// The client, connected to the grader.
struct Visit {
    client: Program,
    server: Peer,
    framing: Framing,
    /// What it must have printed by now.
    due: Vec<u8>,
}

impl Visit {
    fn begin(session: &mut Session, framing: Framing) -> Step<Visit> {
        let listener = session.listen(Ipv4Addr::LOCALHOST.into())?;
        let client = start(session, framing, listener.address().port())?;
        let server = listener.accept()?;
        Ok(Visit { client, server, framing, due: Vec::new() })
    }

    /// Sends a message whole, and expects it to be printed.
    fn tell(&mut self, message: &str) -> Step {
        self.send(&Message::new(self.framing, message).bytes, &[message])
    }

    /// Sends a message whole, and leaves it open when it is printed.
    fn say(&mut self, message: &str) -> Step {
        self.due.extend(message.bytes());
        self.due.push(b'\n');
        self.server.offer(Message::new(self.framing, message).bytes)?;
        self.server.wait_until_read()
    }

    /// Sends a piece with which these messages are whole, and expects them to be printed. A client that leaves early does not get it all.
    fn send(&mut self, piece: &[u8], whole: &[&str]) -> Step {
        self.server.offer(piece)?;
        for message in whole {
            self.due.extend(message.bytes());
            self.due.push(b'\n');
        }
        if whole.is_empty() {
            return self.server.wait_until_read();
        }
        self.expect_printed()
    }

    /// Waits until what is due is printed. What follows may be the beginning of a message that is not whole: that it is not printed
    /// before is the matter of L6.9.
    fn expect_printed(&mut self) -> Step {
        let mut printed = Vec::new();
        let due = &self.due;
        let still = self.client.wait_until(&mut |client| {
            printed = client.output()?;
            Ok(printed.starts_with(due) || !due.starts_with(&printed))
        })?;
        if printed.starts_with(due) {
            return Ok(());
        }
        let failure = match still {
            Some(still) if due.starts_with(&printed) => {
                still.failure("the client has got a whole message, and does not print it")
            }
            _ => Failure::new(Kind::Output, "the client prints something else than the messages"),
        };
        Err(failure.expected(&**due).got(&*printed).into())
    }

    /// Expects that nothing was printed but what is due.
    fn expect_no_more(&self) -> Step {
        let printed = self.client.output()?;
        if printed == self.due {
            return Ok(());
        }
        let failure = Failure::new(Kind::Output, "the client prints more than the messages");
        Err(failure.expected(&*self.due).got(&*printed).into())
    }
}

/// Expects that the client ends with a status other than 0 and says why, beside the messages that it has printed.
fn expect_told(client: &Program, due: &[u8], what: &str) -> Step {
    let console = client.expect_told_error()?.into_bytes();
    let said = console.strip_prefix(due).unwrap_or(&console);
    if !said.trim_ascii().is_empty() {
        return Ok(());
    }
    let summary = format!("the client does not say that {what}");
    Err(wrong_output(summary, "a message beside those that it has printed", &console).into())
}

fn start(session: &mut Session, framing: Framing, port: u16) -> Step<Program> {
    let host = ("host", Ipv4Addr::LOCALHOST.to_string());
    session.start(CLIENT, &[host, ("port", port.to_string()), FRAMINGS.value(framing)])
}

/// L6.8
pub(super) fn prints_each_message(session: &mut Session, framing: Framing) -> Step {
    let mut visit = Visit::begin(session, framing)?;
    // The lecture's words.
    for message in ["this is a message ", "", "na\u{ef}ve caf\u{e9}"] {
        visit.tell(message)?;
    }
    for length in [1, 1023, 1024, 1025, 20_000] {
        visit.tell(&session.text(length))?;
    }
    let many: Vec<String> = (0..MANY).map(|index| session.text(1 + 5 * index)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let stream: Vec<u8> = many.iter().flat_map(|message| Message::new(framing, message).bytes).collect();
    let glued = format!("{MANY} messages came in one segment");
    visit.send(&stream, &many).map_err(|stop| stop.remark(&glued))?;
    let mut visit = prints_cut_ones(session, visit)?;
    let (said, _) = visit.server.read_until_still(MEBIBYTE)?;
    if !said.is_empty() {
        let summary = "the client sends something, and should say nothing";
        return Err(Failure::new(Kind::Unexpected, summary).expected("nothing").got(&*said).into());
    }
    visit.expect_no_more()
}

/// Short messages, cut at every place and at every two places, and byte by byte.
fn prints_cut_ones(session: &mut Session, mut visit: Visit) -> Step<Visit> {
    let framing = visit.framing;
    let texts = [session.text(3), "\u{e9}".to_owned(), session.text(2)];
    let messages: Vec<Message> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let make = if index == 0 { Message::returning } else { Message::new };
            make(framing, text)
        })
        .collect();
    let length: usize = messages.iter().map(|message| message.bytes.len()).sum();
    let mut sets = every_set(length.min(16));
    sets.retain(|set| set.len() <= 2);
    sets.push((1..length).collect());
    for set in sets {
        let Err(stop) = send_cut(&mut visit, &messages, &texts, &set) else { continue };
        let Stop::Failed(mut failure) = stop else { return Err(stop) };
        failure.transcript = session.take_record();
        drop(visit);
        return Err(shortest(session, framing, &messages, &texts, set, failure)?);
    }
    Ok(visit)
}

/// The failure with the fewest cuts. Each try has a new client, and only what goes wrong with a new one is made shorter.
fn shortest(
    session: &mut Session,
    framing: Framing,
    messages: &[Message],
    texts: &[String],
    set: Vec<usize>,
    mut failure: Box<Failure>,
) -> Step<Stop> {
    let mut shortest = set.clone();
    let mut fails = |places: &[usize]| {
        session.take_record();
        let mut visit = Visit::begin(session, framing)?;
        match send_cut(&mut visit, messages, texts, places) {
            Ok(()) => Ok(false),
            Err(Stop::Failed(found)) => {
                *failure = Failure { transcript: session.take_record(), ..*found };
                shortest = places.to_vec();
                Ok(true)
            }
            Err(stop) => Err(stop),
        }
    };
    if fails(&set)? {
        fewest(set, fails)?;
    }
    let stream: Vec<u8> = messages.iter().flat_map(|message| message.bytes.clone()).collect();
    let words = match shortest.len() {
        0 => "the stream was not cut at all".to_owned(),
        _ => format!("the stream was cut {}", told(&stream, &shortest)),
    };
    Ok(Stop::Failed(failure).remark(&words))
}

/// Sends the messages in pieces. Each must be printed as soon as it is whole.
fn send_cut(visit: &mut Visit, messages: &[Message], texts: &[String], places: &[usize]) -> Step {
    let stream: Vec<u8> = messages.iter().flat_map(|message| message.bytes.clone()).collect();
    let (mut sent, mut whole, mut end) = (0, 0, messages[0].bytes.len());
    for piece in cut_at(&stream, places) {
        sent += piece.len();
        let first = whole;
        while whole < messages.len() && end <= sent {
            whole += 1;
            end += messages.get(whole).map_or(0, |message| message.bytes.len());
        }
        let now: Vec<&str> = texts[first..whole].iter().map(String::as_str).collect();
        visit.send(piece, &now)?;
    }
    Ok(())
}

/// L6.9
pub(super) fn tells_where_the_server_stops(session: &mut Session, framing: Framing) -> Step {
    for messages in [&[][..], &["one"], &["one", "two"]] {
        let mut visit = Visit::begin(session, framing)?;
        messages.iter().try_for_each(|message| visit.say(message))?;
        visit.server.half_close()?;
        let closed = "the server has closed between two messages";
        visit.client.expect_success().map_err(|stop| stop.remark(closed))?;
    }
    let half = session.text(8);
    let message = Message::returning(framing, &half).bytes;
    // Of a line also half of its end; of a length a part, all of it, and some of what it announces.
    for end in if framing == Framing::Lines { [1, 8, 9] } else { [2, 4, 11] } {
        let mut visit = Visit::begin(session, framing)?;
        visit.say("one")?;
        let part = &message[..end];
        visit.send(part, &[])?;
        visit.server.half_close()?;
        let words =
            format!("the server has closed after \"{}\", in the middle of a message", part.escape_ascii());
        expect_told(&visit.client, &visit.due, "a message was cut short")
            .map_err(|stop| stop.remark(&words))?;
        expect_no_line_of(&visit, part).map_err(|stop| stop.remark(&words))?;
    }
    Ok(())
}

/// No line of the output is this part of a message.
fn expect_no_line_of(visit: &Visit, part: &[u8]) -> Step {
    let part = if visit.framing == Framing::Lines { part } else { part.get(4..).unwrap_or_default() };
    let part = part.trim_ascii();
    let printed = visit.client.output()?;
    let rest = printed.strip_prefix(&*visit.due).unwrap_or(&printed);
    let is_part = |line: &[u8]| !part.is_empty() && line.trim_ascii() == part;
    if !rest.split(|byte| *byte == b'\n').any(is_part) {
        return Ok(());
    }
    let summary = "the client prints a part of a message as if it were one";
    Err(Failure::new(Kind::Output, summary).expected(&*visit.due).got(&*printed).into())
}

/// L6.10
pub(super) fn tells_of_lost_connections(session: &mut Session, framing: Framing) -> Step {
    let nobody = session.unused_address()?;
    session.note("nobody listens where the client is sent");
    start(session, framing, nobody.port())?
        .expect_told_error()
        .map_err(|stop| stop.remark("the connection was refused"))?;
    let message = Message::new(framing, session.text(9)).bytes;
    for part in [&[][..], &message[..6]] {
        let mut visit = Visit::begin(session, framing)?;
        visit.say("one")?;
        visit.send(part, &[])?;
        // It waits for what follows.
        visit.server.read_until_rested()?;
        visit.server.reset()?;
        let told = match part {
            [] => "the connection was reset between two messages",
            _ => "the connection was reset in the middle of a message",
        };
        expect_told(&visit.client, &visit.due, "the connection was lost")
            .map_err(|stop| stop.remark(told))?;
    }
    Ok(())
}

/// L6.S5
pub(super) fn prints_a_long_one(session: &mut Session, framing: Framing) -> Step {
    let mut visit = Visit::begin(session, framing)?;
    let message = session.text(LONG);
    let expected = format!("{message}\n").into_bytes();
    // How much of what was printed is as it should be, and how much that is.
    let state = Rc::new(RefCell::new((0, 0)));
    let (seen, right) = (state.clone(), expected.clone());
    visit.client.divert_output(move |bytes| {
        let (same, all) = &mut *seen.borrow_mut();
        if *same == *all && right[*all..].starts_with(bytes) {
            *same += bytes.len();
        }
        *all += bytes.len();
    })?;
    visit.server.offer(&Message::new(framing, &message).bytes)?;
    // When it prints is the matter of L6.8.
    visit.server.half_close()?;
    let words = "a message of 16 MiB came";
    visit.client.expect_success().map_err(|stop| stop.remark(words))?;
    let (same, all) = *state.borrow();
    if same == expected.len() && all == same {
        return Ok(());
    }
    let got = format!("{all} bytes, of which the first {same} are right");
    Err(Failure::new(Kind::Output, "the client does not print a message of 16 MiB as it came")
        .expected(format!("{LONG} bytes and a newline"))
        .got(got)
        .into())
}

/// L6.S6. Lines have no length that could be trusted.
pub(super) fn refuses_what_is_too_long(session: &mut Session) -> Step {
    if !session.is_told(CLIENT, FRAMINGS.argument)? {
        let reason = "it is about a declared length, and this client is asked for lines alone";
        return Err(Stop::Skipped(reason.to_owned()));
    }
    let mut visit = Visit::begin(session, Framing::Length)?;
    visit.say("one")?;
    let before = visit.client.peak_mapped()?;
    visit.server.send(u32::MAX.to_be_bytes())?;
    let outcome = expect_told(&visit.client, &visit.due, "a message is too long");
    let Err(Stop::Failed(mut failure)) = outcome else { return outcome };
    // One that goes on shows what it has taken for the length alone.
    let asked = visit.client.peak_mapped()?.saturating_sub(before) >> 20;
    failure.summary = format!("{}: a message of 4 GiB was announced, and must be refused", failure.summary);
    if failure.kind == Kind::StillRunning {
        failure = Box::new(failure.got(format!("it goes on, and has asked for {asked} MiB of memory")));
    }
    Err(Stop::Failed(failure))
}
