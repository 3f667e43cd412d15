//! What one silent client of the streaming time server sees, and what the kernel shows meanwhile.

use super::pace::{Server, coax, expect_some_line, expect_timed_line, last_missing, pace, read_set};
use super::time::Told;
use jiff::Timestamp;
use model::{Failure, Kind, Step, Stop};
use session::Session;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// The pauses, in milliseconds, with which lines are awaited. A server that is wrong and a machine that was held up may look the same;
/// longer pauses tell them apart. They also show what may have passed unseen with shorter ones.
const PAUSES: [u64; 3] = [100, 300, 1000];
/// The pauses, in milliseconds, during which the time in the lines must advance.
const LONG_PAUSES: [u64; 3] = [700, 1500, 3000];
/// How many lines are awaited with each pause.
const PACED_LINES: u64 = 4;
/// Lines that were sent this far apart tell different times, even to the second.
const APART: Duration = Duration::from_millis(1100);

/// L2.1
pub(super) fn listens_everywhere(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let address = server.program.address()?;
    // Every address in 127.0.0.0/8 is this machine's. A socket that is bound to one of them cannot be reached at another.
    let other = SocketAddr::from((Ipv4Addr::new(127, 0, 0, session.random.u8(2..250)), address.port()));
    // The server may have a socket for each interface, made one after the other.
    let still = server.program.wait_until(&mut |program| program.listens_at(other))?;
    if still.is_some() && !server.program.listens_at(other)? {
        let summary = format!("it listens on {address}, but {other}, which is the same machine, is refused");
        return Err(Failure::new(Kind::NotListening, summary)
            .expected("a listening socket on every interface")
            .got(format!("one on {} alone", address.ip()))
            .into());
    }
    let mut client = server.program.connect()?;
    client.take_line()?;
    session.restart(server.program, &pace(60_000, 3)).map(drop)
}

/// L2.2
pub(super) fn speaks_first(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let mut client = server.program.connect()?;
    expect_some_line(&mut client).map(drop)
}

/// L2.3
pub(super) fn tells_the_time(session: &mut Session) -> Step {
    for pause in LONG_PAUSES {
        if time_goes_on(session, pause)? {
            break;
        }
    }
    Ok(())
}

/// Takes lines, each of which must tell the present time. Tells whether the time was seen to advance. If it was not, that is no failure
/// where the lines may have been sent together.
fn time_goes_on(session: &mut Session, pause: u64) -> Step<bool> {
    let mut server = Server::start(session, pause, 3)?;
    let earliest = Timestamp::now();
    let mut client = server.program.connect()?;
    coax(&mut client)?;
    // The first line was sent before this moment. A later line was sent after the last moment at which it was seen to be missing.
    let (mut began, mut apart) = (None, Duration::ZERO);
    let mut times = Vec::new();
    while times.len() < 3 || (apart < APART && (times.len() as u64) < server.iterations) {
        let missing = last_missing(&mut client)?;
        let line = client.take_line()?;
        let latest = Timestamp::now();
        if line.is_empty() && !times.is_empty() {
            break;
        }
        let began = *began.get_or_insert_with(Instant::now);
        apart = missing.map_or(apart, |missing| missing.saturating_duration_since(began));
        times.push(present_time(&line, earliest, latest)?);
    }
    let stands_still =
        times.last().zip(times.first()).is_some_and(|(last, first)| last.since(*first).is_zero());
    if stands_still && apart >= APART {
        let summary = format!("the time stands still: {} ms later it is the same", apart.as_millis());
        let failure = Failure::new(Kind::Mismatch, summary).expected("the time at which each line is sent");
        return Err(failure.got("the same time in each line").into());
    }
    Ok(!stands_still)
}

/// The time that a line tells. The line must have its form, and the time must lie between two moments.
fn present_time(line: &[u8], earliest: Timestamp, latest: Timestamp) -> Step<Told> {
    // The example has the form of the line, as far as that can be recognised.
    let is_by_name = line
        .strip_prefix(b"{'time' : '")
        .is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_alphabetic));
    let form = if is_by_name { "%a %b %d %H:%M:%S UTC %Y" } else { "%Y-%m-%dT%H:%M:%SZ" };
    let example = format!("{{'time' : '{}'}}\n", latest.strftime(form));
    let wrong = |summary: &str| {
        Stop::from(Failure::new(Kind::Mismatch, summary).expected(example.as_bytes()).got(line))
    };
    let told = Told::parse(line)
        .ok_or_else(|| wrong("a line does not have the form {'time' : '<date and time>'}"))?;
    if told.is_between(earliest, latest) {
        Ok(told)
    } else if let Some(zones) = told.zones_away(latest) {
        let (hours, minutes) = (zones.abs() / 4, zones.abs() % 4 * 15);
        let side = if zones < 0 { "behind" } else { "ahead" };
        let summary =
            format!("a line is {hours}:{minutes:02} h {side}: one zone's time with another zone's name");
        Err(wrong(&summary))
    } else {
        Err(wrong("a line does not tell the present time"))
    }
}

/// L2.4
pub(super) fn keeps_the_pace(session: &mut Session) -> Step {
    if session.is_told(session.program(), "pause_ms")? {
        is_silent_in_a_pause(session)?;
    }
    let mut paced = Paced::Unseen;
    for pause in PAUSES {
        paced = paced_lines(session, pause)?;
        if matches!(paced, Paced::InTime) {
            break;
        }
    }
    match paced {
        Paced::InTime | Paced::Unseen => Ok(()),
        Paced::Otherwise(failure) => Err((*failure).into()),
    }
}

/// What was seen of the lines.
enum Paced {
    /// Each line came in time after the one before.
    InTime,
    /// A longer pause may have passed unseen, because the grader was held up.
    Unseen,
    /// A line came late, or lines came together: the machine may have been held up.
    Otherwise(Box<Failure>),
}

/// After a line has come nothing more may come, however long it takes to prove that.
fn is_silent_in_a_pause(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let (mut client, _) = server.greet()?;
    let pause = format!("a pause of {} ms belongs between two lines", server.pause.as_millis());
    client.expect_silence().map_err(|stop| stop.remark(&pause))
}

/// Takes lines. None may come before its time.
fn paced_lines(session: &mut Session, pause: u64) -> Step<Paced> {
    let mut server = Server::start(session, pause, PACED_LINES)?;
    let pause = server.pause.as_millis();
    let longest = server.pause * 8 / 5;
    session.allow_sleep(longest);
    let began = Instant::now();
    let mut client = server.program.connect()?;
    coax(&mut client)?;
    // The previous line was sent after the last moment at which it was seen to be missing.
    let (mut came, mut before, mut in_time) = (0, began, true);
    for index in 0..u32::try_from(server.iterations.min(PACED_LINES)).unwrap_or(u32::MAX) {
        let number = index + 1;
        let missing = match expect_timed_line(&mut client) {
            // Another clause decides the number of lines.
            Err(Stop::Failed(_)) if index > 1 && client.ending().is_some() => break,
            Err(Stop::Failed(failure)) if failure.kind == Kind::Asleep => {
                return late(&server, number, *failure);
            }
            line => line?.1,
        };
        in_time &= index == 0 || before.elapsed() < longest;
        before = missing.unwrap_or(before);
        let elapsed = began.elapsed();
        if elapsed < server.due(index) {
            let summary =
                format!("line {number} came {} ms after the client had connected", elapsed.as_millis());
            return Err(Failure::new(Kind::Unexpected, summary)
                .expected(format!("{index} pauses, {} ms in all, before it", pause * u128::from(index)))
                .got(format!("{} ms", elapsed.as_millis()))
                .into());
        }
        came = number;
    }
    let segments = server.program.segments_to(&client)?.unwrap_or(came);
    if segments >= came {
        return Ok(if in_time { Paced::InTime } else { Paced::Unseen });
    }
    let summary = format!("{came} lines came in {segments} segments: some have waited for others");
    let failure = Failure::new(Kind::Unexpected, summary).expected("at least a segment for each line");
    Ok(Paced::Otherwise(Box::new(failure.got(format!("{segments} segments")))))
}

/// The failure that a line is late.
fn late(server: &Server, number: u32, mut failure: Failure) -> Step<Paced> {
    let pause = server.pause.as_millis();
    let after = if number == 1 {
        "at once".to_owned()
    } else {
        format!("one pause of {pause} ms after the one before")
    };
    failure.summary = format!("{}: line {number} does not come {after}", failure.summary);
    let longest = server.program.sleeps()?.into_iter().max();
    if let Some(longest) = longest.filter(|sleep| *sleep > server.pause * 6 / 5) {
        failure.summary =
            format!("{}, and the server sleeps for {} ms", failure.summary, longest.as_millis());
    }
    Ok(Paced::Otherwise(Box::new(failure)))
}

/// L2.5
pub(super) fn sends_so_many_lines(session: &mut Session) -> Step {
    let iterations = session.random.u64(3..=9);
    let mut server = Server::start(session, 1, iterations)?;
    let client = server.program.connect()?;
    let set = read_set(client)?;
    if set.lines as u64 != server.iterations {
        let summary = format!("the client got {} lines", set.lines);
        let failure = Failure::new(Kind::Mismatch, summary).expected(format!("{} lines", server.iterations));
        return Err(failure.got(&*set.bytes).into());
    }
    if set.ending.is_none() {
        let summary = format!("after {} lines the connection stays open", set.lines);
        let failure = Failure::new(Kind::StillOpen, summary).expected("end of file");
        return Err(failure.got("an open connection").into());
    }
    Ok(())
}
