//! What a server must bear where strangers can reach it: long messages, messages that are too long, slow clients, and one that never
//! reads.

use super::answers::{Habit, Message};
use super::{LONG, MEBIBYTE, serve};
use crate::kit::stuck::{self, Stuck};
use model::{Failure, Kind, Step};
use session::{Program, Session};
use std::time::Duration;
use wire::{Framing, Peer, wait_until_all_read};

/// What a server may take at most of a message that it refuses in the end: eight times what it must take.
const LONGEST: usize = 8 * LONG;
/// What it may need for a message of which only the length has come: memory that is used, and memory that is asked for. A runtime takes
/// far less for a client, and a buffer of 4 GiB is far more.
const USED: u64 = 256 << 20;
const ASKED: u64 = 2 << 30;
/// Processor time in which it must have refused a line. One that looks through all that it has with each piece that comes would need minutes.
const WORK: Duration = Duration::from_secs(20);
/// How long a program may sleep before it answers: too short for a time-out.
const AT_ONCE: Duration = Duration::from_millis(500);

/// L6.S1
pub(super) fn takes_a_long_one(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let mut client = server.connect()?;
    let message = Message::new(framing, session.text(LONG));
    let words = "the message has exactly 16 MiB";
    // A server that refuses it closes, perhaps before all is sent.
    client.offer(&message.bytes)?;
    habit.expect(&mut client, &message).map_err(|stop| stop.remark(words))?;
    habit.converse(&mut client, &Message::new(framing, session.text(9)))
}

/// L6.S2
pub(super) fn refuses_what_is_too_long(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let mut client = server.connect()?;
    if framing == Framing::Length {
        let before = Memory::of(&server)?;
        client.send(u32::MAX.to_be_bytes())?;
        server.wait_until_rested()?;
        let growth = Memory::of(&server)?.since(&before);
        if growth.used > USED || growth.asked > ASKED {
            let summary = "the server takes memory for a message of which only the length has come: 4 GiB";
            return Err(Failure::new(Kind::Resource, summary)
                .expected("no more memory than the bytes that have come need")
                .got(format!(
                    "about {} GiB asked for, {} MiB of them used",
                    (growth.asked + (1 << 29)) >> 30,
                    growth.used >> 20
                ))
                .into());
        }
    }
    expect_refusal(&server, &mut client, framing)?;
    client.close();
    habit.serves_another(session, &mut server)
}

/// What a program has taken of memory at most so far.
struct Memory {
    used: u64,
    asked: u64,
}

impl Memory {
    fn of(program: &Program) -> Step<Memory> {
        Ok(Memory { used: program.peak_memory()?, asked: program.peak_mapped()? })
    }

    fn since(&self, before: &Memory) -> Memory {
        Memory { used: self.used.saturating_sub(before.used), asked: self.asked.saturating_sub(before.asked) }
    }
}

/// Goes on with a message that never ends until the server closes, which it must do without an answer.
fn expect_refusal(server: &Program, client: &mut Peer, framing: Framing) -> Step {
    let what = match framing {
        Framing::Lines => "a line without an end",
        Framing::Length => "a message of 4 GiB",
    };
    let piece = vec![b'a'; MEBIBYTE / 8];
    let (mut sent, before) = (0, server.processor_time()?);
    while sent < LONGEST && !client.has_ended()? && client.offer(&piece)? {
        sent += piece.len();
        if server.processor_time()?.saturating_sub(before) > WORK {
            let seconds = WORK.as_secs();
            let summary = format!("the server has worked on {what} for {seconds} s and not refused it");
            return Err(Failure::new(Kind::Resource, summary)
                .expected(format!("the connection is closed, in less than {seconds} s of processor time"))
                .got(format!("an open connection, after {} KiB", sent >> 10))
                .into());
        }
    }
    let (answer, ending) = client.read_until_still(MEBIBYTE)?;
    if !answer.is_empty() {
        let summary = format!("{} got an answer to {what}", client.name());
        return Err(Failure::new(Kind::Unexpected, summary)
            .expected("nothing but the end")
            .got(&*answer)
            .into());
    }
    if ending.is_some() {
        client.lost(Kind::Ended, "")?;
        return Ok(());
    }
    let summary = format!("the server took {} MiB of {what} and waits for more", sent / MEBIBYTE);
    Err(Failure::new(Kind::Resource, summary)
        .expected("the connection is closed at a documented limit below that")
        .got(format!("an open connection, and {} MiB of memory in use", server.peak_memory()? >> 20))
        .kernel(server.views(std::slice::from_ref(client))?)
        .into())
}

/// L6.S3
pub(super) fn is_not_held_up_by_slow_ones(session: &mut Session, framing: Framing) -> Step {
    const SLOW: usize = 100;
    const ROUNDS: usize = 6;
    let mut server = serve(session, framing)?;
    let mut fast = server.connect()?;
    let habit = Habit::ask(session, &mut fast, framing)?;
    let mut clients = Vec::new();
    crate::kit::crowd::connect_silently(&mut server, &mut clients, SLOW)?;
    session.allow_sleep(AT_ONCE);
    session.note("100 clients send their messages one byte at a time");
    let message = Message::new(framing, session.text(30));
    let held = "100 clients send their messages one byte at a time, and no other must wait for them";
    for round in 0..ROUNDS {
        let mut sent = Vec::new();
        for client in &mut clients {
            // Whether the server has room for all of them is seen by the others.
            if client.offer(&message.bytes[round..=round])? {
                sent.push(client);
            }
        }
        // Where they are not read, somebody waits.
        crate::kit::holds(wait_until_all_read(&mut sent))?;
        habit
            .converse(&mut fast, &Message::new(framing, session.text(9 + round)))
            .map_err(|stop| stop.remark(held))?;
    }
    habit.serves_another(session, &mut server).map_err(|stop| stop.remark(held))
}

/// L6.S4
pub(super) fn keeps_no_flood(session: &mut Session, framing: Framing) -> Step {
    session.small_buffers()?;
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let mut client = server.connect()?;
    session.note(&format!("{} sends messages and never reads an answer", client.name()));
    let before = server.peak_memory()?;
    if let Some(answers) = flood(&server, &mut client, habit)? {
        return expect_lost(&server, client, answers, before);
    }
    Ok(())
}

/// Sends messages until the server reads no more, or closes. If it reads all of them, returns how many bytes of answers it owes.
///
/// Short messages first, whose answers are as long as they are: nobody has to keep so many answers. Then long ones: a program may read
/// ahead what it does not answer yet, about as much as a message may be long (asyncio twice as much).
fn flood(server: &Program, client: &mut Peer, habit: Habit) -> Step<Option<usize>> {
    const BLOCK: usize = 16 << 10;
    const SHORT: usize = 4 * MEBIBYTE;
    const LONG: usize = 64 * MEBIBYTE;
    let (short, long) =
        (Message::new(habit.framing, "a"), Message::new(habit.framing, vec![b'a'; 4 * BLOCK]));
    let block = short.bytes.repeat(BLOCK / short.bytes.len());
    let mut answers = 0;
    for (message, block, most) in [(&short, &block, SHORT), (&long, &long.bytes, LONG)] {
        let mut sent = 0;
        while sent < most {
            let state = stuck::fill(server, client, block, BLOCK)?;
            // Not `has_ended`, which would read.
            if matches!(state, Stuck::Full | Stuck::Closed) {
                return Ok(None);
            }
            sent += block.len();
        }
        answers += sent / message.bytes.len() * habit.answer(message).len();
    }
    Ok(Some(answers))
}

/// The server has read all messages. Who has not kept the answers cannot send them now.
fn expect_lost(server: &Program, mut client: Peer, answers: usize, before: u64) -> Step {
    let grown = server.peak_memory()?.saturating_sub(before);
    let mut came = 0;
    while came < answers / 2 {
        let (bytes, ending) = client.read_until_still(MEBIBYTE)?;
        came += bytes.len();
        if bytes.is_empty() || ending.is_some() {
            break;
        }
    }
    if came < answers / 2 {
        return Ok(());
    }
    let name = client.name();
    let summary =
        format!("the server goes on reading from {name}, which reads no answer, and keeps the answers");
    Err(Failure::new(Kind::Resource, summary)
        .expected("it stops reading from this client, or closes the connection")
        .got(format!(
            "{} KiB of answers that wait for it, and {} MiB more memory in use",
            answers >> 10,
            grown >> 20
        ))
        .into())
}
