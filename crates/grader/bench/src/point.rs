//! One point of a row: a new server in a new room with this number of clients, from the first client to the last figure.

use crate::load::{self, Crowd, Manners};
use crate::placement::Placement;
use crate::results::{Figures, Latency, Rate};
use crate::server::{Look, Server};
use crate::unmeasured::Unmeasured;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sandbox::{Room, Template};
use serde::{Deserialize, Serialize};
use std::fs;
use std::time::{Duration, Instant};

/// How many of the clients are visitors when connections are counted. All others stay silent meanwhile.
const VISITORS: usize = 64;

/// How many lines per second are sent when their waiting is measured: the same number for all servers, so that they can be compared, and so
/// few that the generator is never late. A server that cannot answer twice as many gets half of its maximum.
const OFFERED: f64 = 5000.0;

/// How long things may take.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Times {
    /// How long each rate is measured.
    pub(crate) window: Duration,
    /// How long it may take until all clients are connected.
    pub(crate) admission: Duration,
}

/// Finds out how a server behaves.
///
/// # Errors
/// When it does not answer.
pub(crate) fn probe(room: Room, template: &Template) -> Result<Manners, Unmeasured> {
    let placement = Placement::choose()?;
    load::probe(&mut Server::start(room, template, &placement)?)
}

/// Measures a server with this number of clients.
///
/// # Errors
/// When it cannot serve that many.
pub(crate) fn measure(
    room: Room,
    template: &Template,
    clients: usize,
    manners: &Manners,
    times: Times,
) -> Result<Figures, Unmeasured> {
    raise_open_file_limit()?;
    let placement = Placement::choose()?;
    let mut server = Server::start(room, template, &placement)?;
    let empty = server.look()?;
    let mut crowd = Crowd::new(Server::address())?;
    load::admit(&mut crowd, clients, manners, times.admission)?;
    let full = server.look()?;

    let mut point = Point { placement, server, crowd, manners, times };
    let (began, delayed) = (Instant::now(), processor_delay()?);
    let lone_lines = load::closed_loop(&mut point.crowd, 1, manners, times.window / 2)?;
    let (lines, server_busy) = point.lines()?;
    let (latency, connections) = point.waits_and_connections(OFFERED.min(lines.per_second / 2.0))?;
    let disturbed = processor_delay()?.saturating_sub(delayed).as_secs_f64() / began.elapsed().as_secs_f64();
    let for_each = |of: fn(&Look) -> u64| of(&full).saturating_sub(of(&empty)) as f64 / clients as f64;
    Ok(Figures {
        connections,
        lines,
        server_busy,
        lone_lines,
        latency,
        memory_per_client: for_each(|look| look.memory),
        processes: full.processes,
        threads: full.threads,
        threads_per_client: for_each(|look| look.threads as u64),
        disturbed,
    })
}

/// A server with all its clients.
struct Point<'a> {
    placement: Placement,
    server: Server,
    crowd: Crowd,
    manners: &'a Manners,
    times: Times,
}

impl Point<'_> {
    /// All clients send lines. Returns how many lines are answered, and how busy the server is meanwhile.
    fn lines(&mut self) -> Result<(Rate, f64), Unmeasured> {
        // No line is outstanding at either look, so all work between the looks is for the lines between them.
        let before = self.server.processor_time()?;
        let began = Instant::now();
        let everybody = self.crowd.len();
        let rate = load::closed_loop(&mut self.crowd, everybody, self.manners, self.times.window)?;
        let elapsed = began.elapsed().as_secs_f64() * self.placement.server_count() as f64;
        let used = self.server.processor_time()?.saturating_sub(before);
        Ok((rate, used.as_secs_f64() / elapsed))
    }

    /// Measures how long clients wait at this number of lines per second, and how many connections per second are possible.
    fn waits_and_connections(&mut self, offered: f64) -> Result<(Latency, Rate), Unmeasured> {
        let window = self.times.window;
        if self.manners.takes_turns {
            // A silent client would stay for ever. So all of them are visitors, and the time that they wait is the time until their turn.
            let clients = self.crowd.len();
            self.crowd.clear();
            self.server.wait_for_empty_queue(self.times.admission)?;
            let (connections, latency) = load::visits(&mut self.crowd, clients, window)?;
            return Ok((latency, connections));
        }
        let may_spin = self.placement.is_apart();
        let latency = load::open_loop(&mut self.crowd, offered, self.manners, window, may_spin)?;
        let visitors = VISITORS.min(self.crowd.len()).min(self.manners.backlog.max(1));
        let (connections, _) = load::visits(&mut self.crowd, visitors, window)?;
        Ok((latency, connections))
    }
}

/// How long this thread has been ready to run while its processor was not free (`schedstat` in proc(5)).
fn processor_delay() -> Result<Duration, Unmeasured> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let delay = text.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok());
    Ok(Duration::from_nanos(delay.unwrap_or(0)))
}

/// Allows both sides as many open files as this user may have at all. The server inherits the limit.
fn raise_open_file_limit() -> Result<(), Unmeasured> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?)
}
