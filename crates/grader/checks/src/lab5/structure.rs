//! What the kernel shows of a server while its clients are connected and silent: the number of processes and threads, which of them are
//! inside a call on a socket, and how that grows with the number of clients.

use super::ASYNC;
use super::protocol::{is_served, line_of, serves_another};
use crate::kit::crowd::connect_silently;
use crate::kit::leaving::leave;
use crate::kit::structure::{Sockets, Workers, differs, expect_gone, expect_workers, readers, stays_above};
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::Peer;

/// The numbers of clients with which the check looks at the kernel.
pub(super) const CROWDS: [usize; 3] = [1, 8, 32];
/// How many threads a runtime may add, whatever the number of clients.
const OWN_THREADS: usize = 8;

/// The sockets of a server and its clients, in the model that the program's name says.
pub(super) fn sockets(server: &Program, clients: &[Peer]) -> Step<Sockets> {
    let mut sockets = Sockets::of(server, clients)?;
    sockets.loops = server.name() == ASYNC;
    Ok(sockets)
}

/// With each number of clients the workers must be those that `expected` gives for it.
fn expect_growth(session: &mut Session, expected: impl Fn(usize) -> Workers) -> Step<(Program, Vec<Peer>)> {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    for count in CROWDS {
        connect_silently(&mut server, &mut clients, count)?;
        expect_workers(&server, &clients, &expected(count), Workers::all)?;
    }
    Ok((server, clients))
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
    // A wrapper may run beside the server.
    let own = server.census()?.processes.saturating_sub(clients.len());
    session.note("all clients leave, and another one comes");
    leave(clients)?;
    let alone = Workers { processes: 1, accepting: 1, ..Workers::default() };
    expect_workers(&server, &[], &alone, Workers::all)
        .map_err(|stop| stop.remark("the clients have gone, and their processes must go with them"))?;
    expect_gone(&server, &children, "processes")?;
    if let Some((processes, still)) = stays_above(&server, own, |census| census.processes)? {
        return Err(Failure::new(Kind::Structure, "the clients have gone, but their processes have not")
            .expected(format!("processes: {own}"))
            .got(format!("processes: {processes}"))
            .kernel(still.kernel)
            .into());
    }
    // A server may also wait for its children when it accepts the next client.
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
    // Each client may have other threads too, which do not read.
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
    // Several threads may each run an event loop, but not one for each client.
    waits_in_one_place(session, |seen| Workers {
        processes: 1,
        notified: seen.notified.max(1),
        ..Workers::default()
    })
}

/// With each number of clients the workers must be those that `expected` makes of the seen ones. There may be at most [`OWN_THREADS`]
/// threads more than with one client, including threads that do not wait for sockets.
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
            let census = server.census()?;
            seen = (Workers::of(&census.workers, &sockets(server, &clients)?), census.threads);
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
