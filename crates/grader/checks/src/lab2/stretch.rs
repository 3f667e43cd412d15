//! The streaming time server's stretch clauses: how it treats clients whose words it does not read, and clients that do not read.

use super::pace::{Server, expect_first_line, next_line, read_set};
use super::time::Told;
use model::{Failure, Fault, Kind, Step, Stop};
use observe::Socket;
use session::{Program, Session};
use std::time::{Duration, Instant};
use wire::{Ending, Framing, Peer, receive_all};

/// How long a server may wait for a client to read: twice 10 s and a little more. If the kernel has taken a part of a line, the rest is
/// held up in a second write too.
const LONGEST_WRITE: Duration = Duration::from_secs(21);
/// The pauses, in milliseconds, that must not follow a write that was held up, and how often a write is held up. The grader itself may be
/// held up for longer than a short one. To fill the buffers takes about 160 pauses, so long ones are for busy machines only. With still
/// longer ones a server could give up a client that does not read.
const HOLD_UPS: [(u64, usize); 3] = [(20, 5), (100, 2), (200, 1)];
/// How often a pause may last longer while buffers are filled, as on a machine that is held up.
const LATE_LINES: usize = 8;
/// The pauses, in milliseconds, in which a client speaks. The grader may be held up for longer than a short one.
const PAUSES: [u64; 3] = [50, 300, 1500];
/// How much it says: more than one read takes.
const WORDS: usize = 40_000;

/// L2.S1
pub(super) fn ends_without_a_reset(session: &mut Session) -> Step {
    for pause in PAUSES {
        let mut server = Server::start(session, pause, 3)?;
        let began = Instant::now();
        let mut client = server.program.connect()?;
        client.offer(session.text(WORDS))?;
        let is_open = has_words(&server, &client)?;
        // A server without pauses may end first. Another clause reports that.
        let is_over = !is_open && client.has_ended()? && began.elapsed() < server.last_due();
        let set = read_set(client)?;
        if is_open && set.ending == Some(Ending::Reset) {
            let summary = "the connection ended with a reset, since bytes from the client lay unread when it was closed";
            let failure = Failure::new(Kind::Reset, summary).expected("end of file after the last line");
            return Err(failure.got("a reset").into());
        }
        if is_open || is_over {
            return Ok(());
        }
    }
    Err(Fault::new("a client was to speak before the last line, and the grader was held up each time").into())
}

/// Waits until the server's kernel has received some of what the client said, or the server has closed the connection. Tells whether it
/// received some.
fn has_words(server: &Server, client: &Peer) -> Step<bool> {
    let progress =
        |program: &Program| -> Step<_> { Ok(program.socket_of(client)?.and_then(|socket| socket.progress)) };
    let mut is_open = false;
    server.program.wait_until_rests(&mut |program| {
        let progress = progress(program)?;
        is_open = progress.is_some_and(|progress| progress.received > 0);
        Ok(is_open || progress.is_none())
    })?;
    Ok(is_open)
}

/// L2.S2
pub(super) fn gives_up_who_never_reads(session: &mut Session) -> Step {
    session.narrow_buffers()?;
    // With a pause built in, this number of lines would never end.
    let lines = if session.is_told(session.program(), "pause_ms")? { ENOUGH_TO_FILL } else { BUILT_IN };
    let mut server = Server::start(session, 0, lines)?;
    let (stuck, _) = server.greet()?;
    session.note("client 1 does not read any more");
    let mut next = server.program.connect()?;
    session.allow_sleep(server.pause * 2 + LONGEST_WRITE);
    let held = "client 1 does not read, and the server is held up by it";
    loop {
        let before = written_to(&server, &stuck)?;
        let still = receive_all(&mut [&mut next], |_, arrived| !arrived.is_empty())?;
        match still {
            None if next.ending().is_none() => return Ok(()),
            // A server that pauses although it was told not to needs its time to fill the buffers.
            Some(still) if still.kind == Kind::Asleep && written_to(&server, &stuck)? != before => {}
            // It has had all the time that it may have. To wait again would show no more.
            Some(still) if still.kind == Kind::Asleep => {
                return Err(Stop::from(still.failure("client 2 got no line")).remark(held));
            }
            _ => break,
        }
    }
    expect_first_line(&mut next).map_err(|stop| stop.remark(held)).map(drop)
}

/// More lines than any buffers hold. The smallest buffers take about 160 of them, those of a machine's own network a few thousand times
/// more.
const ENOUGH_TO_FILL: u64 = 200_000;
/// The number of lines for a server that has its pause built in.
const BUILT_IN: u64 = 15;

/// L2.S3
pub(super) fn does_not_drift(session: &mut Session) -> Step {
    session.narrow_buffers()?;
    for (pause, tries) in HOLD_UPS {
        if keeps_its_schedule(session, pause, tries)? {
            break;
        }
    }
    // On a machine that is so busy, a server that pauses is seen asleep in one of two or three tries. None of eight tries has seen that.
    Ok(())
}

/// Holds up a write and expects no pause behind it, and times that never go backwards. Tells whether a pause would surely have been seen.
/// If there are too few lines to hold up a write, no write is held up.
fn keeps_its_schedule(session: &mut Session, pause: u64, tries: usize) -> Step<bool> {
    let lines = if session.is_told(session.program(), "pause_ms")? { 1000 } else { BUILT_IN };
    let mut server = Server::start(session, pause, lines)?;
    let mut client = server.program.connect()?;
    client.acknowledge_at_once();
    first_line_leaves(session, &server, &mut client)?;
    let (mut bytes, mut length, mut would_be_seen) = (Vec::new(), None, true);
    for _ in 0..tries {
        let Some(written) = held_up_in_writing(session, &server, &client)? else { break };
        session
            .note("client 1 does not read, and a write is blocked; more than a pause later client 1 reads");
        session.let_pass(server.pause * 3 / 2);
        // If the kernel merely waited for an acknowledgement, there is room again soon.
        would_be_seen = written_to(&server, &client)?.is_none_or(|now| now == written);
        if !would_be_seen {
            continue;
        }
        session.allow_sleep(server.pause / 10);
        let took = expect_no_pause_after_the_write(&server, &mut client, &mut bytes, &mut length)?;
        // If the grader or the program was held up, a pause may have passed unseen.
        would_be_seen = took < server.pause * 9 / 10;
        if would_be_seen {
            break;
        }
    }
    if length.is_none() {
        server.allow_all_lines(session, 2);
        bytes.extend(expect_first_line(&mut client)?);
        bytes.extend(client.take_arrived());
    }
    let times: Vec<Told> = Framing::Lines.split(&bytes).filter_map(Told::parse).collect();
    match times.windows(2).find(|pair| pair[1] < pair[0]) {
        None => Ok(would_be_seen),
        Some(pair) => {
            let back = pair[0].since(pair[1]).as_secs_f64();
            let summary = format!("from one line to the next the time goes back by {back} s");
            let failure = Failure::new(Kind::Mismatch, summary);
            Err(failure.expected("a time that is not before the last line's").got(&*bytes).into())
        }
    }
}

/// Expects the first line, at once or after one pause. If the server collects lines, a write that is held up contains many lines, and what
/// follows it says nothing about the next line.
fn first_line_leaves(session: &Session, server: &Server, client: &mut Peer) -> Step {
    session.allow_sleep((server.pause * 8 / 5).max(GATHERING));
    let line = expect_first_line(client)
        .map_err(|stop| stop.remark("lines that are kept back are late, whatever the pauses are"))?;
    client.put_back(&line);
    Ok(())
}

/// For how long a server may sleep before the first line comes.
const GATHERING: Duration = Duration::from_millis(200);

/// Waits until the server is held up in a write to the client: a thread waits on that client, and the kernel takes no more from it although
/// it had time for three pauses, or it is blocked for good. Returns how many bytes the kernel had taken, or `None` if that never comes.
fn held_up_in_writing(session: &Session, server: &Server, client: &Peer) -> Step<Option<u64>> {
    session.allow_sleep(server.pause * 3);
    let mut late = 0;
    while let Some(socket) = server.program.socket_of(client)? {
        let Some(progress) = socket.progress else { break };
        let still = server.program.wait_until(&mut |program| {
            let now = program.socket_of(client)?.and_then(|socket| socket.progress);
            Ok(now.is_none_or(|now| now.written() != progress.written()))
        })?;
        match still {
            Some(_) if progress.unsent > 0 && has_a_call_on(server, socket.inode)? => {
                return Ok(Some(progress.written()));
            }
            // A pause lasts longer on a machine that is held up.
            Some(still) if still.kind == Kind::Asleep && late < LATE_LINES => late += 1,
            Some(_) => break,
            None => late = 0,
        }
    }
    Ok(None)
}

/// Whether a thread waits in a call on that socket. If none does, the server pauses, on a busy machine for longer than it asked for.
fn has_a_call_on(server: &Server, socket: u32) -> Step<bool> {
    Ok(server.program.census()?.workers.iter().any(|worker| worker.sockets.contains(&socket)))
}

/// How many bytes the kernel has taken for the client; `None` once the server has closed the connection.
fn written_to(server: &Server, client: &Peer) -> Step<Option<u64>> {
    let progress = server.program.socket_of(client)?.and_then(|socket| socket.progress);
    Ok(progress.map(|progress| progress.written()))
}

/// Reads, and expects the line after the held-up one at once, without a pause between. Returns the time between the last moment at which
/// the write was seen to be blocked and the first at which the kernel had that line. Appends what it reads to `bytes`. All lines are as
/// long as the first one.
fn expect_no_pause_after_the_write(
    server: &Server,
    client: &mut Peer,
    bytes: &mut Vec<u8>,
    length: &mut Option<usize>,
) -> Step<Duration> {
    let (theirs, ours) = (client.theirs(), client.ours());
    let look = || -> Step<Option<(u64, bool)>> {
        let socket = server.program.socket_between(theirs, ours)?;
        // If everything is acknowledged, nothing keeps a write waiting.
        let look = |socket: Socket| Some((socket.progress?.written(), socket.send_queue == 0));
        Ok(socket.and_then(look))
    };
    let mut blocked = Instant::now();
    let before = look()?.map(|(written, _)| written);
    let (line, _) = next_line(client)?;
    let length = *length.get_or_insert(line.len().max(1)) as u64;
    bytes.extend(line);
    // A server that has given up the client never waits for anybody, so it cannot drift.
    let Some(before) = before else {
        bytes.extend(client.take_arrived());
        return Ok(Duration::ZERO);
    };
    // The kernel has taken `before / length` lines. The next one is the one whose write is blocked, and then comes the one in question.
    let enough = (before / length + 2) * length;
    let (mut seen, mut still) = (Ok(None), None);
    let (mut was_free, mut is_free) = (false, false);
    while !(was_free && is_free) {
        still = receive_all(&mut [client], |_, _| {
            let now = Instant::now();
            seen = look();
            let Ok(Some((written, free))) = seen else { return true };
            if written == before {
                blocked = now;
            }
            (was_free, is_free) = (is_free, free);
            written >= enough
        })?;
        // A thread that sleeps may be in a write with a time limit, unless that write had nothing to wait for before the look.
        if still.as_ref().is_none_or(|still| still.kind != Kind::Asleep) {
            break;
        }
    }
    let took = blocked.elapsed();
    seen?;
    bytes.extend(client.take_arrived());
    let Some(still) = still else { return Ok(took) };
    let summary =
        "a write was held up for longer than a pause, and the server pauses again before the next line";
    Err(Failure::new(still.kind, summary)
        .expected("the next line at once, since it is overdue")
        .got(format!("a further pause of {} ms", server.pause.as_millis()))
        .kernel(still.kernel)
        .into())
}
