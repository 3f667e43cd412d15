//! How the streaming time server treats clients that speak, that come while another one is being served, and that leave.

use super::PROGRAM;
use super::pace::{Server, Set, expect_first_line, last_missing, next_line, read_set};
use crate::kit::{holds, leaving::Way};
use model::{Failure, Fault, Kind, Step};
use observe::own_delay;
use session::Session;
use std::time::{Duration, Instant};
use wire::{Ending, Peer, receive_all};

/// The pauses, in milliseconds, of a server whose lines are counted. The next one is tried if the grader was held up for longer than the
/// pause, or if a reset may have destroyed lines.
const COUNTED_PAUSES: [u64; 3] = [50, 300, 2000];
/// The pauses, in milliseconds, in which clients leave. The grader may be held up for longer than a short one.
const PAUSES: [u64; 3] = [20, 150, 1000];
/// How many lines those clients should get.
const MANY_LINES: u64 = 15;
/// What clients say.
const WORDS: &str = "GET / HTTP/1.1\r\n\r\nQUIT\n\nbye\u{4}";

/// L2.6
pub(super) fn ignores_what_clients_say(session: &mut Session) -> Step {
    let is_told = session.is_told(PROGRAM, "pause_ms")?;
    if is_told {
        words_in_a_long_pause(session)?;
    }
    let mut silent = None;
    let mut deviation = None;
    for pause in COUNTED_PAUSES {
        let (spoken, in_time) =
            if is_told { whole_set(session, WORDS, pause)? } else { (words_between_lines(session)?, true) };
        // Another clause decides the number of lines. If it is wrong, the number that a silent client gets is the measure here.
        let expected = match silent {
            Some(lines) => lines,
            None if spoken.lines as u64 == session.effective(PROGRAM, "iterations", FEW_LINES)? => {
                spoken.lines
            }
            None => *silent.insert(whole_set(session, "", pause)?.0.lines),
        };
        if spoken.lines == expected {
            if in_time {
                return Ok(());
            }
            continue;
        }
        let summary = format!("a client that speaks got {} lines, a silent one {expected}", spoken.lines);
        let failure = Failure::new(Kind::Mismatch, summary).expected(format!("{expected} lines"));
        deviation = Some(failure.got(&*spoken.bytes));
        // A server that does not read what the client says resets the connection. That may destroy what the kernel still had to send.
        if spoken.ending != Some(Ending::Reset) || spoken.lines > expected {
            break;
        }
    }
    deviation.map_or(Ok(()), |failure| Err(failure.into()))
}

/// A client that speaks in the middle of a pause without end must not end it.
fn words_in_a_long_pause(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let (mut client, _) = server.greet()?;
    // Only if a silent client is kept waiting can a speaking client be seen to change that.
    if holds(client.expect_silence())? {
        client.offer(WORDS)?;
        let early = "the server is in a pause, and what a client says must not end it";
        client.expect_silence().map_err(|stop| stop.remark(early))?;
    }
    Ok(())
}

/// How many lines the server is told to send where lines are counted.
const FEW_LINES: u64 = 5;

/// All lines of a client that says `words` first. Also tells whether the server still had at least two of them to send then: after the
/// first it may notice the words, and then it may leave out the second.
fn whole_set(session: &mut Session, words: &str, pause: u64) -> Step<(Set, bool)> {
    let mut server = Server::start(session, pause, FEW_LINES)?;
    let mut client = server.program.connect()?;
    client.acknowledge_at_once();
    client.offer(words)?;
    client.has_ended()?;
    let arrived = client.take_arrived();
    let lines = arrived.iter().filter(|byte| **byte == b'\n').count() as u64;
    client.put_back(&arrived);
    Ok((read_set(client)?, lines + 2 <= server.iterations))
}

/// All lines of a client that speaks as soon as it has seen a pause. The pause is built into the server. No line may come before the pauses
/// before it are over.
fn words_between_lines(session: &mut Session) -> Step<Set> {
    let mut server = Server::start(session, 0, FEW_LINES)?;
    let shortest = server.pause * 4 / 5;
    let began = Instant::now();
    let mut client = server.program.connect()?;
    client.acknowledge_at_once();
    let mut set = Set { lines: 1, bytes: expect_first_line(&mut client)?, ending: None };
    let (mut seen, mut has_paused, mut has_spoken) = (Instant::now(), false, false);
    loop {
        let missing = last_missing(&mut client)?;
        let (line, _) = next_line(&mut client)?;
        if line.trim_ascii().is_empty() || set.lines > TOO_MANY {
            break;
        }
        // The previous line was sent before it was seen here. This line was sent after the last moment at which it was missing.
        let paused = missing.is_some_and(|missing| missing.saturating_duration_since(seen) >= shortest);
        seen = Instant::now();
        let due = shortest * u32::try_from(set.lines).unwrap_or(u32::MAX);
        set.lines += 1;
        set.bytes.extend(line);
        if has_spoken && has_paused && seen.duration_since(began) < due {
            let summary = format!("a client that spoke got line {} before its pauses were over", set.lines);
            let failure =
                Failure::new(Kind::Unexpected, summary).expected(format!("{} ms at least", due.as_millis()));
            return Err(failure.got(format!("{} ms", seen.duration_since(began).as_millis())).into());
        }
        has_paused |= paused;
        if !has_spoken && (has_paused || set.lines as u64 * 2 > server.iterations) {
            has_spoken = true;
            client.offer(WORDS)?;
        }
    }
    set.ending = client.ending();
    Ok(set)
}

/// More lines than any server has built in.
const TOO_MANY: usize = 1000;

/// L2.7
pub(super) fn one_at_a_time(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let (mut first, line) = server.greet()?;
    let mut second = server.program.connect()?;
    second_waits(&server, &mut first, &mut second)?;
    if server.is_told {
        drop(server);
        server = Server::start(session, 20, 3)?;
        (first, second) = (server.program.connect()?, server.program.connect()?);
    } else {
        server.allow_all_lines(session, 2);
        first.put_back(&line);
    }
    one_after_the_other(first, second)
}

/// While the first client is in the middle of its lines, the second must wait in the accept queue. If the first one is done already, only
/// their lines can tell.
fn second_waits(server: &Server, first: &mut Peer, second: &mut Peer) -> Step {
    // A pause that is built in may leave no time for a proof of silence.
    let silence = if server.is_told { second.expect_silence() } else { second.expect_quiet() };
    let waiting = server.program.listening_socket()?.receive_queue;
    // A server that serves one at a time has ended the first client's connection before it accepts the next.
    if first.has_ended()? {
        return Ok(());
    }
    let early = "the first client has not got all its lines, and the second must wait";
    silence.map_err(|stop| stop.remark(early))?;
    if waiting == 1 {
        return Ok(());
    }
    let summary = "the second client was accepted while the first was being served";
    Err(Failure::new(Kind::Structure, summary)
        .expected("1 client in the accept queue")
        .got(format!("{waiting} clients in the accept queue"))
        .kernel(server.program.views(&[])?)
        .into())
}

/// Both must get the same number of lines, and the first none after the second has got one.
fn one_after_the_other(mut first: Peer, mut second: Peer) -> Step {
    // The first line of the second client must be seen as soon as it is there, and the first client must leave as soon as it has all its
    // lines.
    let mut is_served = Ok(false);
    receive_all(&mut [&mut first], |_, _| {
        is_served = second.has_ended().map(|ended| ended || second.has_arrived());
        !matches!(is_served, Ok(false))
    })?;
    let overtakes = is_served? && !first.has_ended()?;
    let by_then = first.take_arrived();
    first.put_back(&by_then);
    let (first, second) = (read_set(first)?, read_set(second)?);
    if overtakes && first.bytes.len() > by_then.len() {
        let summary = "the second client got a line before the first had got all of its lines";
        let failure = Failure::new(Kind::Unexpected, summary).expected("all lines of the first client");
        return Err(failure.got(&*by_then).into());
    }
    if first.lines == second.lines {
        return Ok(());
    }
    let summary = format!("the second client got {} lines, the first {}", second.lines, first.lines);
    let failure = Failure::new(Kind::Mismatch, summary).expected(format!("{} lines", first.lines));
    Err(failure.got(&*second.bytes).into())
}

/// L2.8
pub(super) fn survives_clients_that_leave(session: &mut Session) -> Step {
    let mut held_up = Duration::ZERO;
    for pause in PAUSES {
        let before = own_delay()?;
        if clients_leave(session, pause)? {
            return Ok(());
        }
        held_up += own_delay()?.saturating_sub(before);
    }
    // A server whose lines come late, and then all at once, is never seen in the middle of them. Another clause reports that.
    if held_up < Duration::from_millis(PAUSES[PAUSES.len() - 1] / 2) {
        return Ok(());
    }
    Err(Fault::scarcity(
        "clients were to leave in the middle of their lines, and the grader was held up each time",
    )
    .into())
}

/// Two clients leave in the middle of their lines and two while they wait in the accept queue. The next one must be served. Tells whether
/// they left at those moments, as far as the server has pauses.
fn clients_leave(session: &mut Session, pause: u64) -> Step<bool> {
    let mut server = Server::start(session, pause, MANY_LINES)?;
    let ways = [Way::Close, Way::Reset];
    let mut began = Instant::now();
    // If lines are kept back, which another clause reports, no client is seen in the middle of them.
    session.allow_sleep(server.pause * 5);
    let (mut served, line) = server.greet()?;
    let is_kept_back = line.is_empty();
    server.allow_all_lines(session, 4);
    let mut in_time = true;
    for way in ways {
        let seen = Instant::now();
        let is_over = served.has_ended()?;
        way.leave(served)?;
        in_time &= if is_over { began.elapsed() < server.last_due() } else { seen.elapsed() < server.pause };
        (served, began) = next_is_served(&mut server)?;
    }
    session.note("two clients leave while they wait in the accept queue");
    for way in ways {
        way.leave(server.program.connect()?)?;
    }
    let waiting = server.program.listening_socket()?.receive_queue;
    // A server without pauses, or one that accepts all clients, leaves none in the queue.
    in_time &= waiting == 2 || !served.has_ended()? || began.elapsed() < server.last_due();
    served.close();
    next_is_served(&mut server)?;
    Ok(in_time || is_kept_back)
}

fn next_is_served(server: &mut Server) -> Step<(Peer, Instant)> {
    let began = Instant::now();
    let mut next = server.program.connect()?;
    expect_first_line(&mut next).map_err(|stop| stop.remark("the client before it has left"))?;
    Ok((next, began))
}
