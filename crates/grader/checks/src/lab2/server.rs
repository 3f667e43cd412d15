//! What the clients of the streaming time server see, and what the kernel shows meanwhile.

use super::pace::{Server, Set, coax, expect_first_line, expect_some_line, next_line, pace, read_set};
use super::time::Told;
use crate::Session;
use jiff::Timestamp;
use model::{Failure, Kind, Step, Stop};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use wire::{Ending, Peer, receive_all};

/// For how long a server may wait for a client to read.
const LONGEST_WRITE: Duration = Duration::from_secs(10);

/// How often a client tries to come before a server is done with something.
const TRIES: usize = 8;
/// How often what a server that was held up does as well must be seen again.
const AGAIN: usize = 2;

/// L2.1
pub(super) fn listens_everywhere(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let address = server.program.address()?;
    // Every address of 127.0.0.0/8 is this machine's; a socket that is bound to one of them cannot be reached at another.
    let other = SocketAddr::from((Ipv4Addr::new(127, 0, 0, session.random.u8(2..250)), address.port()));
    // There may be a socket for each interface, one made after the other.
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
    let mut server = Server::start(session, 700, 3)?;
    let earliest = Timestamp::now();
    let mut client = server.program.connect()?;
    coax(&mut client)?;
    let began = Instant::now();
    let mut times = Vec::new();
    while times.len() < 3 {
        let line = client.take_line()?;
        let latest = Timestamp::now();
        let example = format!("{{'time' : '{}'}}\n", latest.strftime("%a %b %d %H:%M:%S UTC %Y"));
        if line.is_empty() && !times.is_empty() {
            break;
        }
        let Some(told) = Told::parse(&line) else {
            let summary = "a line does not have the form {'time' : '<date and time>'}";
            return Err(mismatch(summary, &example, &line).into());
        };
        if !told.is_between(earliest, latest) {
            return Err(mismatch("a line does not tell the present time", &example, &line).into());
        }
        times.push(told);
    }
    // Where the pauses were kept, more than a second lies between the first line and the third.
    let stands_still = times.len() == 3 && times[2].since(times[0]).is_zero();
    if stands_still && began.elapsed() > Duration::from_millis(1100) {
        let summary =
            format!("the time stands still: {} ms later it is the same", 2 * server.pause.as_millis());
        let failure = Failure::new(Kind::Mismatch, summary).expected("the time at which each line is sent");
        return Err(failure.got("the same time in each line").into());
    }
    Ok(())
}

/// L2.4
pub(super) fn keeps_the_pace(session: &mut Session) -> Step {
    pauses_after_a_line(session)?;
    let (mut lines, mut segments) = paced_lines(session)?;
    // A server that was itself held up sends at once what is overdue, and the kernel may put that together.
    for _ in 0..AGAIN {
        if segments < lines {
            (lines, segments) = paced_lines(session)?;
        }
    }
    if segments >= lines {
        return Ok(());
    }
    let summary = format!("{lines} lines came in {segments} segments: some have waited for others");
    let failure = Failure::new(Kind::Unexpected, summary).expected("at least a segment for each line");
    Err(failure.got(format!("{segments} segments")).into())
}

/// Takes lines, of which none may come before its time or late. Tells how many came, and in how many segments.
fn paced_lines(session: &mut Session) -> Step<(u32, u32)> {
    let mut server = Server::start(session, 100, 4)?;
    let (pause, lines) = (server.pause.as_millis(), u32::try_from(server.iterations).unwrap_or(u32::MAX));
    session.allow_sleep(server.pause * 8 / 5);
    let began = Instant::now();
    let mut client = server.program.connect()?;
    let mut came = 0;
    for index in 0..lines {
        let number = index + 1;
        let late = format!("line {number} does not come one pause of {pause} ms after the one before");
        let line = if index == 0 { expect_first_line(&mut client) } else { expect_some_line(&mut client) };
        match line.map_err(|stop| stop.remark(&late)) {
            // How many lines there must be is another clause's matter.
            Err(Stop::Failed(_)) if index > 1 && client.ending().is_some() => break,
            line => line?,
        };
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
    Ok((came, server.program.segments_to(&client)?.unwrap_or(came)))
}

/// After a line has come, the server sleeps, and for no longer than its pause.
fn pauses_after_a_line(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let (mut client, came) = server.greet()?;
    let sleeps = server.program.sleeps()?;
    if !came && sleeps.is_empty() {
        expect_some_line(&mut client)?;
    }
    let pause = format!("a pause of {} ms belongs between two lines", server.pause.as_millis());
    client.expect_silence().map_err(|stop| stop.remark(&pause))?;
    let shortest = server.program.sleeps()?.into_iter().min();
    if let Some(shortest) = shortest.filter(|sleep| *sleep > server.pause * 6 / 5) {
        let summary = format!("after a line the server sleeps for {} ms", shortest.as_millis());
        return Err(Failure::new(Kind::Asleep, summary)
            .expected(format!("a pause of {} ms", server.pause.as_millis()))
            .got(format!("a pause of {} ms", shortest.as_millis()))
            .kernel(server.program.views(&[client])?)
            .into());
    }
    Ok(())
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

/// L2.6
pub(super) fn ignores_what_clients_say(session: &mut Session) -> Step {
    let words = ["GET / HTTP/1.1\r\n\r\n", "QUIT\n", "\n", "bye", "\u{4}"].concat();
    let mut server = Server::start_pausing(session)?;
    let (mut client, _) = server.greet()?;
    // Only where a silent client is kept waiting can a client that speaks be seen to change that.
    if is_silent(&mut client)? {
        client.offer(&words)?;
        let early = "the server is in a pause, and what a client says must not end it";
        client.expect_silence().map_err(|stop| stop.remark(early))?;
    }
    drop(server);
    // How many lines a silent client gets is the measure, right or wrong.
    let silent = whole_set(session, "")?;
    let spoken = whole_set(session, &words)?;
    // A reset, for want of reading what the client said, may have destroyed the last ones.
    if silent.lines == spoken.lines || (spoken.ending == Some(Ending::Reset) && spoken.lines < silent.lines) {
        return Ok(());
    }
    let summary = format!("a client that speaks got {} lines, a silent one {}", spoken.lines, silent.lines);
    let failure = Failure::new(Kind::Mismatch, summary).expected(format!("{} lines", silent.lines));
    Err(failure.got(&*spoken.bytes).into())
}

/// All lines of a client that says this much to begin with.
fn whole_set(session: &mut Session, words: &str) -> Step<Set> {
    // Its words are there long before the server has come to the last line, even if the grader is held up.
    let mut server = Server::start(session, 50, 5)?;
    let mut client = server.program.connect()?;
    client.offer(words)?;
    read_set(client)
}

/// L2.7
pub(super) fn one_at_a_time(session: &mut Session) -> Step {
    let mut server = Server::start_pausing(session)?;
    let (mut first, _) = server.greet()?;
    // Where the first client is done already, only the second part can tell.
    if is_silent(&mut first)? {
        second_waits(&mut server, first)?;
    }
    drop(server);
    let mut server = Server::start(session, 20, 3)?;
    let (first, second) = (server.program.connect()?, server.program.connect()?);
    let (first, second) = (read_set(first)?, read_set(second)?);
    if first.lines == second.lines {
        return Ok(());
    }
    let summary = format!("the second client got {} lines, the first {}", second.lines, first.lines);
    let failure = Failure::new(Kind::Mismatch, summary).expected(format!("{} lines", first.lines));
    Err(failure.got(&*second.bytes).into())
}

/// Whether nothing more comes to the client.
fn is_silent(client: &mut Peer) -> Step<bool> {
    match client.expect_silence() {
        Err(Stop::Failed(_)) => Ok(false),
        silence => silence.map(|()| true),
    }
}

fn second_waits(server: &mut Server, first: Peer) -> Step {
    let mut second = server.program.connect()?;
    let early = "the first client has not got all its lines, and the second must wait";
    second.expect_silence().map_err(|stop| stop.remark(early))?;
    let waiting = server.program.listening_socket()?.receive_queue;
    if waiting == 1 {
        return Ok(());
    }
    let summary = "the second client was accepted while the first was being served";
    Err(Failure::new(Kind::Structure, summary)
        .expected("1 client in the accept queue")
        .got(format!("{waiting} clients in the accept queue"))
        .kernel(server.program.views(&[first, second])?)
        .into())
}

/// L2.8
pub(super) fn survives_clients_that_leave(session: &mut Session) -> Step {
    let mut server = Server::start(session, 5, 20)?;
    let ways: [fn(Peer) -> Step; 2] = [
        |client| {
            client.close();
            Ok(())
        },
        Peer::reset,
    ];
    for leave in ways {
        leave(server.greet()?.0)?;
        served_next(&mut server)?;
        leave(server.program.connect()?)?;
        served_next(&mut server)?;
    }
    session.note("a client leaves while it waits in the accept queue");
    for _ in 0..TRIES {
        let (served, _) = server.greet()?;
        server.program.connect()?.reset()?;
        // On a loaded machine the first one may have got all its lines before the other came.
        let waited = server.program.listening_socket()?.receive_queue == 1;
        served.close();
        served_next(&mut server)?;
        if waited {
            break;
        }
    }
    Ok(())
}

fn served_next(server: &mut Server) -> Step {
    let mut next = server.program.connect()?;
    expect_first_line(&mut next).map_err(|stop| stop.remark("the client before it has left"))?;
    next.close();
    Ok(())
}

/// L2.S1
pub(super) fn ends_without_a_reset(session: &mut Session) -> Step {
    for attempt in 1..=TRIES {
        let mut server = Server::start(session, 50, 3)?;
        let mut client = server.program.connect()?;
        client.offer(session.text(40_000))?;
        // The bytes must lie there before the server comes to its end; on a loaded machine it may have been quicker.
        let open = |socket: observe::Socket| socket.progress.is_some();
        if attempt < TRIES && !server.program.socket_of(&client)?.is_some_and(open) {
            continue;
        }
        if read_set(client)?.ending != Some(Ending::Reset) {
            return Ok(());
        }
        break;
    }
    let summary =
        "the connection ended with a reset, since bytes from the client lay unread when it was closed";
    Err(Failure::new(Kind::Reset, summary).expected("end of file after the last line").got("a reset").into())
}

/// L2.S2
pub(super) fn gives_up_who_never_reads(session: &mut Session) -> Step {
    session.narrow_buffers()?;
    let mut server = Server::start(session, 0, ENOUGH_TO_FILL)?;
    let (stuck, _) = server.greet()?;
    session.note("client 1 does not read any more");
    let mut next = server.program.connect()?;
    session.allow_sleep(server.pause * 2 + LONGEST_WRITE);
    loop {
        let written = |server: &Server| -> Step<u64> {
            let progress = server.program.socket_of(&stuck)?.and_then(|socket| socket.progress);
            Ok(progress.map_or(0, |progress| progress.written()))
        };
        let before = written(&server)?;
        let still = receive_all(&mut [&mut next], |_, arrived| !arrived.is_empty())?;
        match still {
            None if next.ending().is_none() => return Ok(()),
            // A server that pauses although it was not told to takes its time to fill the buffers.
            Some(still) if still.kind == Kind::Asleep && written(&server)? != before => {}
            _ => break,
        }
    }
    let held = "client 1 does not read, and the server is held up by it";
    expect_first_line(&mut next).map_err(|stop| stop.remark(held)).map(drop)
}

/// Lines that no buffers hold: the smallest take about 160 of them, those of a machine's own network a few thousand times more.
const ENOUGH_TO_FILL: u64 = 200_000;

/// L2.S3
pub(super) fn does_not_drift(session: &mut Session) -> Step {
    session.needs_isolation()?;
    session.narrow_buffers()?;
    let mut server = Server::start(session, 20, 1000)?;
    let mut client = server.program.connect()?;
    client.acknowledge_at_once();
    let (mut bytes, mut length, mut paused) = (Vec::new(), None, None);
    for _ in 0..TRIES {
        if !is_held_up_in_writing(session, &server, &client)? {
            break;
        }
        session.note("client 1 does not read, and a write is blocked; three pauses later client 1 reads");
        session.let_pass(server.pause * 3);
        session.allow_sleep(server.pause / 10);
        match expect_no_pause_after_the_write(&server, &mut client, &mut bytes, &mut length) {
            // When the grader itself was held up, or the program was, a pause may have gone by unseen.
            Ok(took) if took >= server.pause * 9 / 10 => {}
            Ok(_) => {
                paused = None;
                break;
            }
            // It may have waited for the kernel to make room again, in a call with a time limit.
            Err(stop @ Stop::Failed(_)) if paused.is_none() => paused = Some(stop),
            Err(stop) => return Err(stop),
        }
    }
    if let Some(stop) = paused {
        return Err(stop);
    }
    if length.is_none() {
        server.allow_all_lines(session);
        bytes.extend(expect_first_line(&mut client)?);
        bytes.extend(client.take_arrived());
    }
    let times: Vec<Told> = bytes.split_inclusive(|byte| *byte == b'\n').filter_map(Told::parse).collect();
    match times.windows(2).find(|pair| pair[1] < pair[0]) {
        None => Ok(()),
        Some(pair) => {
            let back = pair[0].since(pair[1]).as_secs_f64();
            let summary = format!("from one line to the next the time goes back by {back} s");
            let failure = Failure::new(Kind::Mismatch, summary);
            Err(failure.expected("a time that is not before the last line's").got(&*bytes).into())
        }
    }
}

/// Waits until the server is held up in a write to the client: the kernel has taken no more from it, though it had time for
/// three pauses, or it is blocked for good. `false` if that never comes.
fn is_held_up_in_writing(session: &Session, server: &Server, client: &Peer) -> Step<bool> {
    session.allow_sleep(server.pause * 3);
    while let Some(progress) = server.program.socket_of(client)?.and_then(|socket| socket.progress) {
        let still = server.program.wait_until(&mut |program| {
            let now = program.socket_of(client)?.and_then(|socket| socket.progress);
            Ok(now.is_none_or(|now| now.written() != progress.written()))
        })?;
        if still.is_some() {
            return Ok(progress.unsent > 0);
        }
    }
    Ok(false)
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
    let written = || -> Step<Option<u64>> {
        let progress = server.program.socket_between(theirs, ours)?.and_then(|socket| socket.progress);
        Ok(progress.map(|progress| progress.written()))
    };
    let mut blocked = Instant::now();
    let before = written()?;
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
    let mut taken = Ok(None);
    let still = receive_all(&mut [client], |_, _| {
        let now = Instant::now();
        taken = written();
        if matches!(taken, Ok(taken) if taken == Some(before)) {
            blocked = now;
        }
        !matches!(taken, Ok(Some(taken)) if taken < enough)
    })?;
    let took = blocked.elapsed();
    taken?;
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

fn mismatch(summary: &str, example: &str, got: &[u8]) -> Failure {
    Failure::new(Kind::Mismatch, summary).expected(example.as_bytes()).got(got)
}
