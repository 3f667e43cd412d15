//! What the kernel shows of a server while its clients are connected and silent: how many processes and threads there are,
//! which of them are inside a call on a socket, and how that grows with the number of clients.

use super::protocol::{greeted, greeted_many, serves_another};
use crate::{Census, Program, Session, Worker};
use model::{Failure, Kind, Step};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use wire::{Peer, Stillness};

/// How many clients are there when the kernel is looked at.
const CROWDS: [usize; 3] = [1, 8, 32];
/// What a runtime may add to the threads, whatever the number of clients.
const OWN_THREADS: usize = 8;

/// The threads inside a call on TCP sockets, sorted by the sockets that they wait for. Who waits for one alone accepts or reads,
/// whatever the call is: select on one socket multiplexes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Workers {
    /// Processes that have any.
    processes: usize,
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
struct Sockets {
    listening: Vec<u32>,
    clients: Vec<u32>,
    /// Whether epoll on one socket is an event loop that has got no other yet.
    loops: bool,
}

/// What a worker waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Accepting,
    Reading(u32),
    Selecting,
    Notified,
    Elsewhere,
}

impl Sockets {
    fn of(server: &Program, clients: &[Peer]) -> Step<Sockets> {
        let mut sockets = Vec::new();
        for client in clients {
            // A connection that nobody has accepted yet has no inode.
            sockets.extend(server.socket_of(client)?.map(|socket| socket.inode).filter(|inode| *inode != 0));
        }
        Ok(Sockets { listening: server.listeners()?, clients: sockets, loops: server.name() == super::ASYNC })
    }

    fn place(&self, worker: &Worker) -> Place {
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

    fn now(server: &Program, clients: &[Peer]) -> Step<Workers> {
        Ok(Workers::of(&server.census()?, &Sockets::of(server, clients)?))
    }

    fn count(&self) -> usize {
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

/// Lets clients come until so many are there; each has got its greeting, or is in the accept queue.
fn grow(server: &mut Program, clients: &mut Vec<Peer>, count: usize) -> Step {
    clients.extend(greeted_many(server, count.saturating_sub(clients.len()))?);
    Ok(())
}

/// With each number of clients the workers must be those that `expected` says for it.
fn expect_growth(session: &mut Session, expected: impl Fn(usize) -> Workers) -> Step<(Program, Vec<Peer>)> {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    for count in CROWDS {
        grow(&mut server, &mut clients, count)?;
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

/// Waits until there are so many at most of what `count` counts. Tells how many there are, and why, where that never comes.
fn stays_above(
    server: &Program,
    most: usize,
    count: impl Fn(&Census) -> usize,
) -> Step<Option<(usize, Stillness)>> {
    let still = server.wait_until(&mut |server| Ok(count(&server.census()?) <= most))?;
    let left = count(&server.census()?);
    Ok(still.filter(|_| left > most).map(|still| (left, still)))
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
    // A wrapper may be there beside the server.
    let own = server.census()?.processes.saturating_sub(clients.len());
    session.note("all clients leave, and another one comes");
    clients.into_iter().for_each(Peer::close);
    expect_workers(&server, &[], &Workers { processes: 1, accepting: 1, ..Workers::default() })
        .map_err(|stop| stop.remark("the clients have gone, and their processes must go with them"))?;
    if let Some((processes, still)) = stays_above(&server, own, |census| census.processes)? {
        return Err(Failure::new(Kind::Structure, "the clients have gone, but their processes have not")
            .expected(format!("processes: {own}"))
            .got(format!("processes: {processes}"))
            .kernel(still.kernel)
            .into());
    }
    // A server may as well wait for its children when it accepts the next client.
    let another = greeted(&mut server)?;
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
    let served = server.census()?.threads;
    let left = served.saturating_sub(clients.len()) + OWN_THREADS;
    clients.into_iter().for_each(Peer::close);
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
    expect_growth(session, |_| Workers { processes: 1, selecting: 1, ..Workers::default() }).map(drop)
}

/// L5.9
pub(super) fn is_asynchronous(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    let mut first = None;
    for count in CROWDS {
        grow(&mut server, &mut clients, count)?;
        let mut seen = (Workers::default(), 0);
        // There may be an event loop on each of several threads, but not one for each client.
        let most = *first.get_or_insert(server.census()?.threads) + OWN_THREADS;
        let still = server.wait_until_rests(&mut |server| {
            seen = (Workers::now(server, &clients)?, server.census()?.threads);
            let (workers, threads) = &seen;
            let only = Workers { processes: 1, notified: workers.notified, ..Workers::default() };
            Ok(workers.notified > 0 && *workers == only && *threads <= most)
        })?;
        let (workers, threads) = seen;
        let expected = Workers { processes: 1, notified: workers.notified.max(1), ..Workers::default() };
        if let Some(still) = still.filter(|_| workers != expected || threads > most) {
            let (expected, got) = if workers == expected {
                (format!("at most {most} threads, as few as with one client"), format!("{threads} threads"))
            } else {
                (expected.to_string(), workers.to_string())
            };
            return Err(differs(count, &expected, &got, still).into());
        }
    }
    Ok(())
}

/// What a student predicts of one model, or what was measured of it, with 1, 8 and 32 clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prediction {
    processes: [usize; CROWDS.len()],
    workers: [usize; CROWDS.len()],
    calls: BTreeSet<String>,
}

impl fmt::Display for Prediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<&str> = self.calls.iter().map(String::as_str).collect();
        let calls = if calls.is_empty() { "none".to_owned() } else { calls.join(" and ") };
        write!(f, "processes {:?}, workers {:?}, calls {calls}", self.processes, self.workers)
    }
}

/// L5.11
pub(super) fn is_as_predicted(session: &mut Session) -> Step {
    let program = session.program();
    let measured = measured(session)?;
    let predicted = prediction(session.document(), program)?;
    if measured.contains(&predicted) {
        return Ok(());
    }
    let [measured, _] = measured;
    let summary = if predicted == Prediction::default() {
        format!("the prediction for {program} is not written yet")
    } else {
        format!("with 1, 8 and 32 clients {program} is not as predicted")
    };
    let failure = Failure::new(Kind::Mismatch, summary).expected(format!("measured: {measured}"));
    Err(failure.got(format!("predicted: {predicted}")).into())
}

/// What the document says of that program.
fn prediction(document: Option<&str>, program: &str) -> Step<Prediction> {
    let unreadable = |why: String| {
        Failure::new(Kind::Mismatch, format!("predictions.toml cannot be read: {why}"))
            .expected(format!("a table [{program}] with processes, workers and calls"))
    };
    let text = document.ok_or_else(|| unreadable("there is no such file".to_owned()))?;
    let mut tables: BTreeMap<String, toml::Value> =
        toml::from_str(text).map_err(|error| unreadable(error.to_string().trim().to_owned()))?;
    let table = tables.remove(program).ok_or_else(|| unreadable(format!("it has no table [{program}]")))?;
    Ok(table
        .try_into()
        .map_err(|error: toml::de::Error| unreadable(format!("[{program}] {}", error.to_string().trim())))?)
}

/// What was measured, with the calls told by what they wait for, and by their names: a thread in select on one client's socket reads.
fn measured(session: &mut Session) -> Step<[Prediction; 2]> {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    let mut found = [Prediction::default(), Prediction::default()];
    for (index, count) in CROWDS.into_iter().enumerate() {
        grow(&mut server, &mut clients, count)?;
        let (mut workers, mut calls) = (Workers::default(), Vec::new());
        server.wait_until_rests(&mut |server| {
            workers = Workers::now(server, &clients)?;
            let sockets = Sockets::of(server, &clients)?;
            calls = server.census()?.workers.iter().map(|worker| call(worker, &sockets)).collect();
            Ok(true)
        })?;
        for found in &mut found {
            (found.processes[index], found.workers[index]) = (workers.processes, workers.count());
        }
        for (by_place, by_name) in calls {
            found[0].calls.insert(by_place);
            found[1].calls.insert(by_name);
        }
    }
    Ok(found)
}

/// The words for what a worker does that a prediction may use: by what it waits for, and by the name of its call.
fn call(worker: &Worker, sockets: &Sockets) -> (String, String) {
    let by_name = match worker.call {
        "select" | "pselect6" => Some("select"),
        "poll" | "ppoll" => Some("poll"),
        "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => Some("epoll"),
        "io_uring_enter" => Some("io_uring"),
        _ => None,
    };
    let by_place = match sockets.place(worker) {
        Place::Accepting => "accept",
        Place::Selecting | Place::Notified => by_name.unwrap_or("epoll"),
        Place::Reading(_) | Place::Elsewhere => match worker.call {
            "write" | "writev" | "sendto" | "sendmsg" => "write",
            _ => "read",
        },
    };
    (by_place.to_owned(), by_name.unwrap_or(by_place).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Stop;

    fn told(document: Option<&str>) -> String {
        match prediction(document, "server-async") {
            Ok(prediction) => prediction.to_string(),
            Err(Stop::Failed(failure)) => failure.summary,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn predictions_are_read() {
        let text =
            "[server-async]\nprocesses = [1, 1, 1]\nworkers = [2, 9, 33]\ncalls = [\"read\", \"accept\"]\n";
        assert_eq!(told(Some(text)), "processes [1, 1, 1], workers [2, 9, 33], calls accept and read");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, words) in [
            (None, "no such file"),
            (Some("[server-threads]\n"), "no table [server-async]"),
            (Some("[server-async]\nprocesses = [1, 1]\nworkers = [1, 1, 1]\ncalls = []\n"), "[server-async]"),
            (Some("processes = "), "line 1"),
            (Some("[server-async]\nprocesses = \"many\"\n"), "[server-async]"),
        ] {
            assert!(told(text).contains(words), "{}", told(text));
        }
    }
}
