//! What the kernel shows of a server while its clients are connected and silent: how many processes and threads there are,
//! which of them are inside a call on a socket, and how that grows with the number of clients.

use super::crowd::connect_silently;
use super::protocol::{is_served, line_of, serves_another};
use crate::kit::leaving::leave;
use model::{Failure, Kind, Step};
use session::{Census, Program, Session, Worker};
use std::collections::HashSet;
use std::fmt;
use wire::{Peer, Stillness};

/// How many clients are there when the kernel is looked at.
pub(super) const CROWDS: [usize; 3] = [1, 8, 32];
/// What a runtime may add to the threads, whatever the number of clients.
const OWN_THREADS: usize = 8;

/// The threads inside a call on TCP sockets, sorted by the sockets that they wait for. Who waits for one alone accepts or reads,
/// whatever the call is: select on one socket multiplexes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Workers {
    /// Processes that have any.
    pub(super) processes: usize,
    /// On the listening socket.
    accepting: usize,
    /// Clients that have a thread which waits for them alone.
    reading: usize,
    /// In select or poll, on several sockets.
    selecting: usize,
    /// In epoll or io_uring.
    notified: usize,
    /// Anywhere else.
    elsewhere: usize,
}

/// What the sockets are that workers wait for.
pub(super) struct Sockets {
    listening: Vec<u32>,
    clients: Vec<u32>,
    /// Whether epoll on one socket is an event loop that has got no other yet.
    loops: bool,
}

/// What a worker waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Accepting,
    Reading(u32),
    Selecting,
    Notified,
    Elsewhere,
}

impl Sockets {
    pub(super) fn of(server: &Program, clients: &[Peer]) -> Step<Sockets> {
        let clients = server.accepted_sockets(clients)?;
        Ok(Sockets { listening: server.listeners()?, clients, loops: server.name() == super::ASYNC })
    }

    pub(super) fn place(&self, worker: &Worker) -> Place {
        // A pair of sockets by which a program wakes itself may be of TCP too: it is no client's.
        let known = |socket: &&u32| self.listening.contains(socket) || self.clients.contains(socket);
        let known: Vec<u32> = worker.sockets.iter().filter(known).copied().collect();
        match *known {
            [] => Place::Elsewhere,
            _ if self.loops && worker.through_epoll => Place::Notified,
            [socket] if self.clients.contains(&socket) => Place::Reading(socket),
            _ if known.iter().all(|socket| self.listening.contains(socket)) => Place::Accepting,
            _ if worker.through_epoll => Place::Notified,
            _ => Place::Selecting,
        }
    }
}

impl Workers {
    fn of(census: &Census, sockets: &Sockets) -> Workers {
        let mut seen = Workers::default();
        let mut attended = HashSet::new();
        for worker in &census.workers {
            match sockets.place(worker) {
                Place::Accepting => seen.accepting += 1,
                Place::Reading(socket) if attended.insert(socket) => seen.reading += 1,
                Place::Selecting => seen.selecting += 1,
                Place::Notified => seen.notified += 1,
                Place::Reading(_) | Place::Elsewhere => seen.elsewhere += 1,
            }
        }
        seen.processes = census.workers.iter().map(|worker| worker.pid).collect::<HashSet<_>>().len();
        seen
    }

    pub(super) fn now(server: &Program, clients: &[Peer]) -> Step<Workers> {
        Ok(Workers::of(&server.census()?, &Sockets::of(server, clients)?))
    }

    pub(super) fn count(&self) -> usize {
        self.accepting + self.reading + self.selecting + self.notified + self.elsewhere
    }
}

impl fmt::Display for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "processes: {}", self.processes)?;
        for (count, place) in [
            (self.accepting, "in accept"),
            (self.reading, "in a read, each on its client"),
            (self.selecting, "in select or poll"),
            (self.notified, "in epoll or io_uring"),
            (self.elsewhere, "in another call on a socket"),
        ] {
            if count > 0 {
                write!(f, ", {place}: {count}")?;
            }
        }
        if self.count() == 0 { write!(f, ", none in a call on a socket") } else { Ok(()) }
    }
}

/// With each number of clients the workers must be those that `expected` says for it.
fn expect_growth(session: &mut Session, expected: impl Fn(usize) -> Workers) -> Step<(Program, Vec<Peer>)> {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    for count in CROWDS {
        connect_silently(&mut server, &mut clients, count)?;
        expect_workers(&server, &clients, &expected(count))?;
    }
    Ok((server, clients))
}

fn expect_workers(server: &Program, clients: &[Peer], expected: &Workers) -> Step {
    let mut seen = Workers::default();
    let still = server.wait_until_rests(&mut |server| {
        seen = Workers::now(server, clients)?;
        Ok(seen == *expected)
    })?;
    match still {
        Some(still) if seen != *expected => Err(differs(clients.len(), expected, &seen, still).into()),
        _ => Ok(()),
    }
}

/// Waits until there are `most` at most of what `count` counts. Tells how many there are, and why, where that never comes.
fn stays_above(
    server: &Program,
    most: usize,
    count: impl Fn(&Census) -> usize,
) -> Step<Option<(usize, Stillness)>> {
    let still = server.wait_until(&mut |server| Ok(count(&server.census()?) <= most))?;
    let left = count(&server.census()?);
    Ok(still.filter(|_| left > most).map(|still| (left, still)))
}

/// The threads and processes that read from a client each, by their ids.
fn readers(server: &Program, clients: &[Peer], id: impl Fn(&Worker) -> i32) -> Step<HashSet<i32>> {
    let sockets = Sockets::of(server, clients)?;
    let census = server.census()?;
    let reads = |worker: &&Worker| matches!(sockets.place(worker), Place::Reading(_));
    Ok(census.workers.iter().filter(reads).map(id).collect())
}

/// All clients have left, and those that read from them must go, whichever they were.
fn expect_gone(server: &Program, readers: &HashSet<i32>, what: &str) -> Step {
    let left = stays_above(server, 0, |census| census.ids.intersection(readers).count())?;
    let Some((left, still)) = left else { return Ok(()) };
    Err(Failure::new(Kind::Structure, format!("the clients have gone, but their {what} have not"))
        .expected(format!("none of the {} {what} that read from them", readers.len()))
        .got(format!("{what} left: {left}"))
        .kernel(still.kernel)
        .into())
}

fn differs(
    clients: usize,
    expected: &impl fmt::Display,
    got: &impl fmt::Display,
    still: Stillness,
) -> Failure {
    let with = if clients == 1 { "1 client".to_owned() } else { format!("{clients} clients") };
    Failure::new(
        Kind::Structure,
        format!("with {with} connected and silent the server has another structure"),
    )
    .expected(expected.to_string())
    .got(got.to_string())
    .kernel(still.kernel)
}

/// L5.5
pub(super) fn is_sequential(session: &mut Session) -> Step {
    let (server, clients) =
        expect_growth(session, |_| Workers { processes: 1, reading: 1, ..Workers::default() })?;
    let waiting = server.listening_socket()?.receive_queue as usize;
    if waiting == clients.len() - 1 {
        return Ok(());
    }
    let summary =
        format!("with {} clients connected not all but one wait in the accept queue", clients.len());
    Err(Failure::new(Kind::Structure, summary)
        .expected(format!("{} clients in the accept queue", clients.len() - 1))
        .got(format!("{waiting} clients in the accept queue"))
        .kernel(server.views(&clients)?)
        .into())
}

/// L5.6
pub(super) fn has_a_process_for_each(session: &mut Session) -> Step {
    let (mut server, clients) = expect_growth(session, |n| Workers {
        processes: n + 1,
        accepting: 1,
        reading: n,
        ..Workers::default()
    })?;
    let children = readers(&server, &clients, |worker| worker.pid)?;
    // A wrapper may be there beside the server.
    let own = server.census()?.processes.saturating_sub(clients.len());
    session.note("all clients leave, and another one comes");
    leave(clients)?;
    expect_workers(&server, &[], &Workers { processes: 1, accepting: 1, ..Workers::default() })
        .map_err(|stop| stop.remark("the clients have gone, and their processes must go with them"))?;
    expect_gone(&server, &children, "processes")?;
    if let Some((processes, still)) = stays_above(&server, own, |census| census.processes)? {
        return Err(Failure::new(Kind::Structure, "the clients have gone, but their processes have not")
            .expected(format!("processes: {own}"))
            .got(format!("processes: {processes}"))
            .kernel(still.kernel)
            .into());
    }
    // A server may as well wait for its children when it accepts the next client.
    let mut another = server.connect()?;
    is_served(&mut another, &line_of(session, 9))?;
    if let Some((zombies, still)) = stays_above(&server, 0, |census| census.zombies)? {
        return Err(Failure::new(Kind::Structure, "processes have ended, and nobody has waited for them")
            .expected("no zombies")
            .got(format!("zombies: {zombies}"))
            .kernel(still.kernel)
            .into());
    }
    another.close();
    serves_another(session, &mut server)
}

/// L5.7
pub(super) fn has_a_thread_for_each(session: &mut Session) -> Step {
    let (mut server, clients) =
        expect_growth(session, |n| Workers { processes: 1, accepting: 1, reading: n, ..Workers::default() })?;
    let threads = readers(&server, &clients, |worker| worker.tid)?;
    let left = server.census()?.threads.saturating_sub(clients.len()) + OWN_THREADS;
    leave(clients)?;
    expect_gone(&server, &threads, "threads")?;
    // There may be others for each client, which do not read.
    if let Some((threads, still)) = stays_above(&server, left, |census| census.threads)? {
        return Err(Failure::new(Kind::Structure, "the clients have gone, but their threads have not")
            .expected(format!("at most {left} threads, a runtime's own among them"))
            .got(format!("{threads} threads"))
            .kernel(still.kernel)
            .into());
    }
    serves_another(session, &mut server)
}

/// L5.8
pub(super) fn is_multiplexed(session: &mut Session) -> Step {
    waits_in_one_place(session, |_| Workers { processes: 1, selecting: 1, ..Workers::default() })
}

/// L5.9
pub(super) fn is_asynchronous(session: &mut Session) -> Step {
    // There may be an event loop on each of several threads, but not one for each client.
    waits_in_one_place(session, |seen| Workers {
        processes: 1,
        notified: seen.notified.max(1),
        ..Workers::default()
    })
}

/// With each number of clients the workers must be those that `expected` makes of those that are seen, and there may be no more
/// threads than with one client, those that do not wait for sockets included.
fn waits_in_one_place(session: &mut Session, expected: impl Fn(&Workers) -> Workers) -> Step {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    let mut most = None;
    for count in CROWDS {
        connect_silently(&mut server, &mut clients, count)?;
        let mut seen = (Workers::default(), 0);
        let fits = |(workers, threads): &(Workers, usize)| {
            *workers == expected(workers) && most.is_none_or(|most| *threads <= most)
        };
        let still = server.wait_until_rests(&mut |server| {
            seen = (Workers::now(server, &clients)?, server.census()?.threads);
            Ok(fits(&seen))
        })?;
        if let Some(still) = still.filter(|_| !fits(&seen)) {
            let (workers, threads) = seen;
            let (expected, got) = match most {
                Some(most) if workers == expected(&workers) => (
                    format!("at most {most} threads, as few as with one client"),
                    format!("{threads} threads"),
                ),
                _ => (expected(&workers).to_string(), workers.to_string()),
            };
            return Err(differs(count, &expected, &got, still).into());
        }
        let (_, threads) = seen;
        most.get_or_insert(threads + OWN_THREADS);
    }
    Ok(())
}
