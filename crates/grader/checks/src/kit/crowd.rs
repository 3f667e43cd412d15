//! Many clients of one server, connected in groups that fit into its accept queue. The server may accept them in any order.

use model::{Kind, Step};
use session::Program;
use wire::{Peer, Stillness, receive_all};

/// How many clients are connected at a time. The limits of one wait are meant for a few clients.
const AT_ONCE: usize = 50;

/// Connects clients until there are `count`. `admit` waits after each group: it gets all clients so far and the index of the group's first.
fn connect(
    server: &mut Program,
    clients: &mut Vec<Peer>,
    count: usize,
    mut admit: impl FnMut(&Program, &mut [Peer], usize) -> Step,
) -> Step {
    while clients.len() < count {
        let first = clients.len();
        clients.extend(server.connect_group(AT_ONCE.min(count - first))?);
        admit(server, clients, first)?;
    }
    Ok(())
}

/// Connects clients until there are `count`. A server that serves one client at a time may leave the others in its accept queue.
///
/// # Errors
/// A failure when the program refuses, or leaves no room in its accept queue.
pub(crate) fn connect_silently(server: &mut Program, clients: &mut Vec<Peer>, count: usize) -> Step {
    connect(server, clients, count, |_, _, _| Ok(()))
}

/// Connects clients until there are `count`, and waits until the program has accepted them.
///
/// # Errors
/// A failure when it refuses a client or never accepts one.
pub(crate) fn connect_accepted(server: &mut Program, clients: &mut Vec<Peer>, count: usize) -> Step {
    connect(server, clients, count, |server, clients, _| {
        let waiting = |server: &Program| server.listening_socket().map(|socket| socket.receive_queue);
        let still = server.wait_until(&mut |server| Ok(waiting(server)? == 0))?;
        let waiting = waiting(server)?;
        let Some(still) = still.filter(|_| waiting > 0) else { return Ok(()) };
        let missing = format!("of {} clients {waiting} are not accepted", clients.len());
        Err(still.failure(&missing).expected("an empty accept queue").into())
    })
}

/// Connects clients until there are `count`, and waits until each has received a line or will receive none.
///
/// # Errors
/// A failure when the program refuses, turns one of them away, is gone or spins.
pub(crate) fn connect_greeted(server: &mut Program, clients: &mut Vec<Peer>, count: usize) -> Step {
    connect(server, clients, count, |_, clients, first| {
        let mut new: Vec<&mut Peer> = clients[first..].iter_mut().collect();
        unless_over(receive_all(&mut new, |_, arrived| arrived.contains(&b'\n'))?)?;
        let Some(index) = new.iter().position(|client| client.ending().is_some()) else { return Ok(()) };
        let summary = format!("client {} was turned away", first + index + 1);
        let failure = new[index].lost(Kind::Ended, summary)?.expected(format!("{count} clients at once"));
        Err(failure.got(format!("{} clients", first + index)).into())
    })
}

/// Whether nothing more can be expected of the program: it is gone, or it spins.
pub(crate) fn is_over(still: &Stillness) -> bool {
    matches!(still.kind, Kind::Exited | Kind::Crashed | Kind::NotWritten | Kind::Busy)
}

/// Fails if nothing more can be expected of the program.
///
/// # Errors
/// That failure.
pub(crate) fn unless_over(still: Option<Stillness>) -> Step {
    match still {
        Some(still) if is_over(&still) => Err(still.failure("the clients waited").into()),
        _ => Ok(()),
    }
}
