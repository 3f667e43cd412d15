//! The pace at which lines come: what the program was told or has built in, and what the kernel shows of it. One clause alone decides what
//! a line looks like. The others take lines as they come.
//!
//! A pause that the program is told may be so long that the check never waits for its end. The check does what it wants in the middle of
//! the pause. A pause that is built in passes while the grader looks, and takes time by its clock. There no proof is possible that takes
//! time. The check uses only the order of lines, their number, and lines that came too early.

use super::PROGRAM;
use model::{Failure, Kind, Step};
use session::{Program, Session};
use std::time::{Duration, Instant};
use wire::{Ending, Peer, Stillness, receive_all};

/// A pause whose end is never awaited, in milliseconds: once a thread has asked for this sleep, nothing more needs to be known. The second
/// value is the longest sleep that a wait watches; it is shorter if the command has a shorter pause built in.
const ENDLESS: (u64, Duration) = (60_000, Duration::from_millis(500));
/// More lines than any check asks for.
const TOO_MANY: usize = 1000;
/// More bytes than any line has.
const LONGEST_LINE: usize = 1 << 20;

/// The server under test, with the pace that it has to keep.
pub(super) struct Server {
    pub(super) program: Program,
    pub(super) pause: Duration,
    /// Whether it was told the pause, so that it has none built in.
    pub(super) is_told: bool,
    pub(super) iterations: u64,
}

/// What one client got until its connection ended, or until nothing more came.
pub(super) struct Set {
    pub(super) lines: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) ending: Option<Ending>,
}

/// The values of the placeholders that determine the pace.
pub(super) fn pace(pause_ms: u64, iterations: u64) -> [(&'static str, String); 2] {
    [("pause_ms", pause_ms.to_string()), ("iterations", iterations.to_string())]
}

impl Server {
    /// Starts the server with this pace, or with the one built into its command, and allows it to keep that pace.
    pub(super) fn start(session: &mut Session, pause_ms: u64, iterations: u64) -> Step<Server> {
        let program = session.serve_with(PROGRAM, &pace(pause_ms, iterations))?;
        let pause = Duration::from_millis(session.effective(PROGRAM, "pause_ms", pause_ms)?);
        let iterations = session.effective(PROGRAM, "iterations", iterations)?;
        let is_told = session.is_told(PROGRAM, "pause_ms")?;
        let server = Server { program, pause, is_told, iterations };
        server.allow_all_lines(session, 2);
        Ok(server)
    }

    /// From now on lets it sleep in each wait for one and a half times as long as the lines of this number of clients take, plus 3 s.
    pub(super) fn allow_all_lines(&self, session: &Session, clients: u32) {
        let lines = u32::try_from(self.iterations).unwrap_or(u32::MAX).saturating_mul(clients);
        session.allow_sleep(self.pause.saturating_mul(lines).saturating_mul(3) / 2 + Duration::from_secs(3));
    }

    /// Starts the server with a pause so long that a client is in the middle of its lines for as long as the check wants, if the server can
    /// be told the pause. From now on it may sleep in each wait only for a moment, which is shorter than the pause.
    pub(super) fn start_pausing(session: &mut Session) -> Step<Server> {
        let server = Server::start(session, ENDLESS.0, 3)?;
        session.allow_sleep(ENDLESS.1.min(server.pause / 2));
        Ok(server)
    }

    /// Connects a client and takes its first line, which is empty if none came.
    pub(super) fn greet(&mut self) -> Step<(Peer, Vec<u8>)> {
        let mut client = self.program.connect()?;
        coax(&mut client)?;
        let (line, _) = next_line(&mut client)?;
        Ok((client, line))
    }

    /// The line with this index cannot come before this time: the pauses before it, less a tenth, since the clocks of some timers tick in
    /// milliseconds.
    pub(super) fn due(&self, index: u32) -> Duration {
        self.pause * index * 9 / 10
    }

    /// The same for the last line.
    pub(super) fn last_due(&self) -> Duration {
        self.due(u32::try_from(self.iterations.saturating_sub(1)).unwrap_or(u32::MAX))
    }
}

/// Waits for the end of a line, or until none will come. Returns the last moment at which it had not come.
pub(super) fn last_missing(client: &mut Peer) -> Step<Option<Instant>> {
    let mut missing = None;
    receive_all(&mut [client], |_, arrived| {
        let is_there = arrived.len() > LONGEST_LINE || arrived.contains(&b'\n');
        if !is_there {
            missing = Some(Instant::now());
        }
        is_there
    })?;
    Ok(missing)
}

/// Waits for bytes. If the server waits for a word from the client, sends it one. Another clause decides that the server must not wait.
pub(super) fn coax(client: &mut Peer) -> Step {
    let still = receive_all(&mut [client], |_, arrived| !arrived.is_empty())?;
    if still.is_some_and(|still| still.kind == Kind::Silence) {
        client.offer("\r\n\r\n")?;
    }
    Ok(())
}

/// Takes the next line, up to its `\n` or, if it has none, its brace. If nothing more comes, takes what there is and tells why.
pub(super) fn next_line(client: &mut Peer) -> Step<(Vec<u8>, Option<Stillness>)> {
    let (line, still, _) = timed_line(client)?;
    Ok((line, still))
}

/// As [`next_line`]. Also returns the last moment at which the line had not come.
fn timed_line(client: &mut Peer) -> Step<(Vec<u8>, Option<Stillness>, Option<Instant>)> {
    let end = |arrived: &[u8]| {
        let end = arrived.iter().position(|byte| matches!(byte, b'\n' | b'}'))?;
        let behind = arrived[end..].iter().skip(1).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        Some(end + 1 + if arrived[end] == b'}' { behind } else { 0 })
    };
    // The end of the previous line may come in a segment of its own.
    let begin = |arrived: &[u8]| arrived.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let mut missing = None;
    let still = receive_all(&mut [client], |_, arrived| {
        let is_there = arrived.len() > LONGEST_LINE || end(&arrived[begin(arrived)..]).is_some();
        if !is_there {
            missing = Some(Instant::now());
        }
        is_there
    })?;
    if let Some(still) = still.as_ref().filter(|still| still.kind == Kind::Busy) {
        return Err(still.clone().failure("a client waited for a line").into());
    }
    let arrived = client.take_arrived();
    let begin = begin(&arrived);
    let (line, rest) = match end(&arrived[begin..]) {
        Some(end) => arrived.split_at(begin + end),
        None => (&*arrived, &[][..]),
    };
    client.put_back(rest);
    Ok((line.to_vec(), still, missing))
}

/// Takes at least one line, until the connection ends or nothing more comes.
pub(super) fn read_set(mut client: Peer) -> Step<Set> {
    let (mut lines, mut bytes) = (1, expect_first_line(&mut client)?);
    loop {
        let (line, _) = next_line(&mut client)?;
        if line.trim_ascii().is_empty() {
            break;
        }
        bytes.extend(line);
        lines += 1;
        if lines > TOO_MANY {
            let failure = Failure::new(Kind::Unexpected, "the lines do not end").got(&*bytes);
            return Err(failure.expected("the end of the connection after the last line").into());
        }
    }
    Ok(Set { lines, bytes, ending: client.ending() })
}

/// Expects the first line, whatever it looks like and whichever side has to speak first.
pub(super) fn expect_first_line(client: &mut Peer) -> Step<Vec<u8>> {
    coax(client)?;
    expect_some_line(client)
}

/// Expects a line, whatever it looks like.
pub(super) fn expect_some_line(client: &mut Peer) -> Step<Vec<u8>> {
    Ok(expect_timed_line(client)?.0)
}

/// As [`expect_some_line`]. Also returns the last moment at which the line had not come.
pub(super) fn expect_timed_line(client: &mut Peer) -> Step<(Vec<u8>, Option<Instant>)> {
    let (line, still, missing) = timed_line(client)?;
    if !line.is_empty() {
        return Ok((line, missing));
    }
    let summary = format!("{} got no line", client.name());
    let failure = match (client.ending(), still) {
        (None, Some(still)) => still.failure(&summary),
        _ => client.lost(Kind::Ended, format!("{summary}: the program ended the connection"))?,
    };
    Err(failure.expected(b"{'time' : '...'}\n".as_slice()).got("nothing").into())
}
