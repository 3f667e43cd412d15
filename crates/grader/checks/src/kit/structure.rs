//! What the kernel shows of a server while its clients are connected and silent: the number of processes, the number of threads inside a
//! call on a socket, whether such a thread waits for new clients or reads from one, and whether these threads and processes go when the
//! clients go.

use model::{Failure, Kind, Step};
use session::{Census, Program, Worker};
use std::collections::HashSet;
use std::fmt;
use wire::{Peer, Stillness};

/// The threads inside a call on TCP sockets, sorted by the sockets that they wait for. A thread that waits for one socket alone accepts or
/// reads, whatever the call is: select on one socket multiplexes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Workers {
    /// Processes with at least one such thread.
    pub(crate) processes: usize,
    /// On the listening socket.
    pub(crate) accepting: usize,
    /// Clients with a thread that waits for them alone.
    pub(crate) reading: usize,
    /// In select or poll, on several sockets.
    pub(crate) selecting: usize,
    /// In epoll or io_uring.
    pub(crate) notified: usize,
    /// Anywhere else.
    pub(crate) elsewhere: usize,
}

/// Which sockets belong to the server and to its clients.
pub(crate) struct Sockets {
    listening: Vec<u32>,
    clients: Vec<u32>,
    /// Whether epoll on one socket counts as an event loop that has no other socket yet.
    pub(crate) loops: bool,
}

/// What a worker waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Accepting,
    Reading(u32),
    Selecting,
    Notified,
    Elsewhere,
}

impl Sockets {
    /// The listening sockets of the server and its sockets for these clients.
    pub(crate) fn of(server: &Program, clients: &[Peer]) -> Step<Sockets> {
        let clients = server.accepted_sockets(clients)?;
        Ok(Sockets { listening: server.listeners()?, clients, loops: false })
    }

    /// What a worker waits for.
    pub(crate) fn place(&self, worker: &Worker) -> Place {
        // A program may wake itself through a pair of TCP sockets. They belong to no client.
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
    /// These workers, sorted.
    pub(crate) fn of(workers: &[Worker], sockets: &Sockets) -> Workers {
        let mut seen = Workers::default();
        let mut attended = HashSet::new();
        for worker in workers {
            match sockets.place(worker) {
                Place::Accepting => seen.accepting += 1,
                Place::Reading(socket) if attended.insert(socket) => seen.reading += 1,
                Place::Selecting => seen.selecting += 1,
                Place::Notified => seen.notified += 1,
                Place::Reading(_) | Place::Elsewhere => seen.elsewhere += 1,
            }
        }
        seen.processes = workers.iter().map(|worker| worker.pid).collect::<HashSet<_>>().len();
        seen
    }

    /// All present workers.
    pub(crate) fn all(server: &Program, clients: &[Peer]) -> Step<Workers> {
        Ok(Workers::of(&server.census()?.workers, &Sockets::of(server, clients)?))
    }

    /// The workers that wait for new clients or on these clients. Other threads of the program or of a wrapper around it do not matter.
    pub(crate) fn with_clients(server: &Program, clients: &[Peer]) -> Step<Workers> {
        let (mut workers, sockets) = (server.census()?.workers, Sockets::of(server, clients)?);
        workers.retain(|worker| sockets.place(worker) != Place::Elsewhere);
        Ok(Workers::of(&workers, &sockets))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
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

/// The workers that `look` sees must become the expected ones before nothing more changes.
///
/// # Errors
/// A failure when they are others.
pub(crate) fn expect_workers(
    server: &Program,
    clients: &[Peer],
    expected: &Workers,
    look: fn(&Program, &[Peer]) -> Step<Workers>,
) -> Step {
    let mut seen = Workers::default();
    let still = server.wait_until_rests(&mut |server| {
        seen = look(server, clients)?;
        Ok(seen == *expected)
    })?;
    match still {
        Some(still) if seen != *expected => Err(differs(clients.len(), expected, &seen, still).into()),
        _ => Ok(()),
    }
}

/// Waits until `count` gives at most `most`. If that never comes, returns the number and what the program does instead.
pub(crate) fn stays_above(
    server: &Program,
    most: usize,
    count: impl Fn(&Census) -> usize,
) -> Step<Option<(usize, Stillness)>> {
    let still = server.wait_until(&mut |server| Ok(count(&server.census()?) <= most))?;
    let left = count(&server.census()?);
    Ok(still.filter(|_| left > most).map(|still| (left, still)))
}

/// The ids of the threads or processes that each read from a client.
pub(crate) fn readers(server: &Program, clients: &[Peer], id: impl Fn(&Worker) -> i32) -> Step<HashSet<i32>> {
    let sockets = Sockets::of(server, clients)?;
    let census = server.census()?;
    let reads = |worker: &&Worker| matches!(sockets.place(worker), Place::Reading(_));
    Ok(census.workers.iter().filter(reads).map(id).collect())
}

/// All clients have left. The threads or processes that read from them must go.
///
/// # Errors
/// A failure when some stay.
pub(crate) fn expect_gone(server: &Program, readers: &HashSet<i32>, what: &str) -> Step {
    let left = stays_above(server, 0, |census| census.ids.intersection(readers).count())?;
    let Some((left, still)) = left else { return Ok(()) };
    Err(Failure::new(Kind::Structure, format!("the clients have gone, but their {what} have not"))
        .expected(format!("none of the {} {what} that read from them", readers.len()))
        .got(format!("{what} left: {left}"))
        .kernel(still.kernel)
        .into())
}

/// The failure of a server whose structure differs from the expected one with this number of clients.
pub(crate) fn differs(
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
