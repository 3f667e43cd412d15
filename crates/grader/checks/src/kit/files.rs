//! A server that runs out of file descriptors: accept(2) then fails, again and again, for as long as a client waits.

use super::crowd::is_over;
use super::leaving::leave;
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::Peer;

/// How many file descriptors the server gets: enough for any language's runtime to start.
const FEW: u64 = 48;

/// How a lab's clients are served.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// What a client says at first.
    pub(crate) opening: fn(&mut Session) -> String,
    /// Whether one is served that has said this.
    pub(crate) is_served: fn(&mut Peer, &str) -> Step<bool>,
}

/// The clients of a server that has no file descriptor left.
pub(crate) struct Full {
    /// Those that are served, one at least.
    pub(crate) clients: Vec<Peer>,
    waiting: Peer,
    opening: String,
    service: Service,
}

/// Starts the program and connects clients until it has no file descriptor for another one, which it may turn away. It must wait then.
///
/// # Errors
/// A failure when it leaves a client out before that, ends or spins.
pub(crate) fn fill(session: &mut Session, program: &str, service: Service) -> Step<(Program, Full)> {
    session.limit_files(FEW);
    let mut server = session.serve(program)?;
    let before = server.open_files()?;
    let mut clients = Vec::new();
    let (waiting, opening) = loop {
        let opening = (service.opening)(session);
        let mut client = ask(&mut server, &opening)?;
        // That it waits for a descriptor is seen, and need not be proven by silence.
        server.wait_until_rests(&mut |server| {
            let accepted = server.socket_of(&client)?.is_none_or(|socket| socket.inode != 0);
            Ok(accepted || lacks_files_for(server, &client)?)
        })?;
        if !clients.is_empty() && lacks_files_for(&server, &client)? {
            break (client, opening);
        }
        if !(service.is_served)(&mut client, &opening)? {
            expect_ran_out(&server, clients.len(), before)?;
            // To be turned away is as good as waiting; the next one may be served.
            break (if client.has_ended()? { ask(&mut server, &opening)? } else { client }, opening);
        }
        clients.push(client);
        if clients.len() as u64 > 2 * FEW {
            let summary = format!("{} clients are served, and no file descriptor ran out", clients.len());
            let expected = format!("one process, which may have {FEW} files open");
            let failure = Failure::new(Kind::Structure, summary).expected(expected);
            return Err(failure.kernel(server.views(&[])?).into());
        }
    };
    server.expect_waits_for_files(clients.len())?;
    Ok((server, Full { clients, waiting, opening, service }))
}

/// A client that has connected and said this, as far as it could.
fn ask(server: &mut Program, opening: &str) -> Step<Peer> {
    let mut client = server.connect()?;
    client.offer(opening)?;
    Ok(client)
}

/// Whether it cannot accept this client, as one of its processes has as many files open as it may.
fn lacks_files_for(server: &Program, client: &Peer) -> Step<bool> {
    // A connection that nobody has accepted has no socket with an inode.
    let waits = server.socket_of(client)?.is_some_and(|socket| socket.inode == 0);
    Ok(waits && server.open_files()? >= FEW)
}

/// Expects that it has too few file descriptors left for another client. Otherwise there is nothing to survive.
fn expect_ran_out(server: &Program, clients: usize, before: u64) -> Step {
    let has_run_out = |server: &Program| -> Step<bool> {
        let open = server.open_files()?;
        let for_each = open.saturating_sub(before) / clients.max(1) as u64;
        Ok(clients > 0 && open + for_each.max(1) > FEW)
    };
    // Who keeps a descriptor for this case, so as to turn a client away, takes it again.
    let Some(still) = server.wait_until(&mut |server| has_run_out(server))? else { return Ok(()) };
    if has_run_out(server)? {
        return Ok(());
    }
    if is_over(&still) {
        let missing = format!("with {clients} clients connected the next one was left out");
        return Err(still
            .failure(&missing)
            .expected("a server that waits until a descriptor is free")
            .into());
    }
    let summary = "the server has not run out of file descriptors, and leaves the next client out";
    Err(Failure::new(Kind::Structure, summary)
        .expected(format!("it serves clients until it has {FEW} files open"))
        .got(format!("files open: {}, clients served: {clients}", server.open_files()?))
        .kernel(server.views(&[])?)
        .into())
}

impl Full {
    /// Lets the clients leave. The one that waits must be served then, or turned away.
    ///
    /// # Errors
    /// A failure when it goes on waiting.
    pub(crate) fn expect_recovers(self, session: &Session, server: &Program) -> Step {
        let Full { clients, mut waiting, opening, service } = self;
        session.note("the clients leave, so file descriptors become free");
        let sockets = server.accepted_sockets(&clients)?;
        leave(clients)?;
        // Who comes before that may still be turned away.
        server.wait_until_released(&sockets, 0)?;
        let is_served = waiting.has_ended()? || (service.is_served)(&mut waiting, &opening)?;
        if is_served || waiting.ending().is_some() {
            waiting.close();
            return Ok(());
        }
        let summary = format!("{} waited for a file descriptor, and is forgotten", waiting.name());
        Err(Failure::new(Kind::Silence, summary)
            .expected("it is served as soon as descriptors are free, or turned away")
            .got("no answer")
            .kernel(server.views(&[waiting])?)
            .into())
    }
}
