//! The streaming time server's stretch clauses: what it makes of clients that are not read and of clients that do not read.

use super::pace::{Server, expect_first_line, next_line, read_set};
use super::time::Told;
use model::{Failure, Fault, Kind, Step, Stop};
use observe::Socket;
use session::{Program, Session};
use std::time::{Duration, Instant};
use wire::{Ending, Framing, Peer, receive_all};

/// For how long a server may wait for a client to read: twice 10 s, since a line of which the kernel has taken a part is held up in a
/// second write too, and a little more.
const LONGEST_WRITE: Duration = Duration::from_secs(21);
/// The pauses, in milliseconds, that must not follow a write that was held up, and how often one is: the grader may have been held up itself
/// for longer than a shorter one. To fill the buffers takes some 160 pauses, so that long ones are for busy machines only; with still
/// longer ones a server could give up a client that does not read.
const HOLD_UPS: [(u64, usize); 3] = [(20, 5), (100, 2), (200, 1)];
/// How often a pause may last for longer, as on a machine that is held up, while buffers are filled.
const LATE_LINES: usize = 8;
/// The pauses, in milliseconds, in which a client speaks: the grader may have been held up for longer than a shorter one.
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
        // A server without pauses may come to its end first; that is another clause's matter.
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

/// Waits until what the client has said has arrived, as far as there is room for it. Tells whether the server had not closed the connection
/// by then.
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
    // With a pause that is built in so many lines would never end.
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
            // A server that pauses although it was not told to takes its time to fill the buffers.
            Some(still) if still.kind == Kind::Asleep && written_to(&server, &stuck)? != before => {}
            // It has had all the time that there is; to wait as long again would show no more.
            Some(still) if still.kind == Kind::Asleep => {
                return Err(Stop::from(still.failure("client 2 got no line")).remark(held));
            }
            _ => break,
        }
    }
    expect_first_line(&mut next).map_err(|stop| stop.remark(held)).map(drop)
}

/// Lines that no buffers hold: the smallest take about 160 of them, those of a machine's own network a few thousand times more.
const ENOUGH_TO_FILL: u64 = 200_000;
/// Lines that a server is told which has its pause built in.
const BUILT_IN: u64 = 15;

/// L2.S3
pub(super) fn does_not_drift(session: &mut Session) -> Step {
    session.narrow_buffers()?;
    for (pause, tries) in HOLD_UPS {
        if keeps_its_schedule(session, pause, tries)? {
            break;
        }
    }
    // On a machine that is that busy a server which pauses is seen asleep in one of two or three: none of eight has been.
    Ok(())
}

/// Holds up a write and expects no pause behind it, and times that never go backwards. Tells whether a pause is sure not to have gone by
/// unseen. Where there are too few lines for a write to be held up, there is none.
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
        // What the kernel had merely not acknowledged yet makes room by itself.
        would_be_seen = written_to(&server, &client)?.is_none_or(|now| now == written);
        if !would_be_seen {
            continue;
        }
        session.allow_sleep(server.pause / 10);
        let took = expect_no_pause_after_the_write(&server, &mut client, &mut bytes, &mut length)?;
        // When the grader itself was held up, or the program was, a pause may have gone by unseen.
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

/// Expects the first line, at once or after one pause. Where lines are collected, a write that is held up is one of many lines, and what comes
/// after it tells nothing of the next line.
fn first_line_leaves(session: &Session, server: &Server, client: &mut Peer) -> Step {
    session.allow_sleep((server.pause * 8 / 5).max(GATHERING));
    let line = expect_first_line(client)
        .map_err(|stop| stop.remark("lines that are kept back are late, whatever the pauses are"))?;
    client.put_back(&line);
    Ok(())
}

/// For how long a server may sleep before the first line comes.
const GATHERING: Duration = Duration::from_millis(200);

/// Waits until the server is held up in a write to the client: a thread waits on that client, and the kernel has taken no more from it,
/// though it had time for three pauses, or it is blocked for good. Tells how many bytes the kernel had taken, and nothing if that never comes.
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
            // A machine that is held up lets a pause last for longer.
            Some(still) if still.kind == Kind::Asleep && late < LATE_LINES => late += 1,
            Some(_) => break,
            None => late = 0,
        }
    }
    Ok(None)
}

/// Whether a thread waits in a call on that socket. Where none does, the server pauses, for longer than it means to on a busy machine.
fn has_a_call_on(server: &Server, socket: u32) -> Step<bool> {
    Ok(server.program.census()?.workers.iter().any(|worker| worker.sockets.contains(&socket)))
}

/// How much the kernel has taken for the client; nothing once the server has closed the connection.
fn written_to(server: &Server, client: &Peer) -> Step<Option<u64>> {
    let progress = server.program.socket_of(client)?.and_then(|socket| socket.progress);
    Ok(progress.map(|progress| progress.written()))
}

/// Reads, and expects the line after the one that was held up at once, without a pause between. Tells how much time went by
/// between the last moment at which the write was seen to be blocked and the first at which the kernel had that line. What is
/// read is added to `bytes`; a line is as long as the first one.
fn expect_no_pause_after_the_write(
    server: &Server,
    client: &mut Peer,
    bytes: &mut Vec<u8>,
    length: &mut Option<usize>,
) -> Step<Duration> {
    let (theirs, ours) = (client.theirs(), client.ours());
    let look = || -> Step<Option<(u64, bool)>> {
        let socket = server.program.socket_between(theirs, ours)?;
        // Where all is acknowledged, nothing keeps a write waiting.
        let look = |socket: Socket| Some((socket.progress?.written(), socket.send_queue == 0));
        Ok(socket.and_then(look))
    };
    let mut blocked = Instant::now();
    let before = look()?.map(|(written, _)| written);
    let (line, _) = next_line(client)?;
    let length = *length.get_or_insert(line.len().max(1)) as u64;
    bytes.extend(line);
    // A server that has given the client up meanwhile never waits for anybody, and so cannot drift.
    let Some(before) = before else {
        bytes.extend(client.take_arrived());
        return Ok(Duration::ZERO);
    };
    // The kernel has taken so many lines; the next is the one whose write is blocked, and behind it comes the one in question.
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
        // Who sleeps may be in a write with a time limit, unless that had nothing to wait for before it was looked at.
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
