//! One point of a row: a fresh server in a fresh room with so many clients, from the first of them to the last figure.

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

/// How many of the clients are visitors when connections are counted; all others stay silent meanwhile.
const VISITORS: usize = 64;

/// How many lines a second come when it is measured how long they wait: the same for all servers, so that they can be
/// compared, and so few that the generator is never late. A server that cannot answer twice as many gets half of its most.
const OFFERED: f64 = 5000.0;

/// How long things may take.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Times {
    /// How long each rate is measured.
    pub(crate) window: Duration,
    /// What it may take until all clients are there.
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

/// Measures a server with so many clients.
///
/// # Errors
/// When it does not go that far.
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
    /// All clients speak; how many lines are answered, and how busy the server is meanwhile.
    fn lines(&mut self) -> Result<(Rate, f64), Unmeasured> {
        // No line is under way at either look, so that all work for the lines between them is between them.
        let before = self.server.processor_time()?;
        let began = Instant::now();
        let everybody = self.crowd.len();
        let rate = load::closed_loop(&mut self.crowd, everybody, self.manners, self.times.window)?;
        let elapsed = began.elapsed().as_secs_f64() * self.placement.server_count() as f64;
        let used = self.server.processor_time()?.saturating_sub(before);
        Ok((rate, used.as_secs_f64() / elapsed))
    }

    /// How long clients wait when so many lines a second come, and how many connections a second there are.
    fn waits_and_connections(&mut self, offered: f64) -> Result<(Latency, Rate), Unmeasured> {
        let window = self.times.window;
        if self.manners.takes_turns {
            // A silent client would stay for ever, so all of them are visitors, and their waiting is that for their turn.
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

/// For how long this thread has been ready to run while its processor was not free (`schedstat` in proc(5)).
fn processor_delay() -> Result<Duration, Unmeasured> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let delay = text.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok());
    Ok(Duration::from_nanos(delay.unwrap_or(0)))
}

/// Both sides may open as many files as this user may at all; the server inherits the limit.
fn raise_open_file_limit() -> Result<(), Unmeasured> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?)
}
