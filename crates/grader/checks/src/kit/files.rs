//! A server that runs out of file descriptors. accept(2) then fails, again and again, as long as a client waits.

use super::crowd::is_over;
use super::leaving::leave;
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::Peer;

/// How many file descriptors the server gets: enough for any language's runtime to start.
const FEW: u64 = 48;

/// How a lab's clients talk to their server.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// What a client says first.
    pub(crate) opening: fn(&mut Session) -> String,
    /// Whether the server serves a client that has said this.
    pub(crate) is_served: fn(&mut Peer, &str) -> Step<bool>,
}

/// The clients of a server that has no file descriptor left.
pub(crate) struct Full {
    /// The clients that are served, at least one.
    pub(crate) clients: Vec<Peer>,
    waiting: Peer,
    opening: String,
    service: Service,
}

/// Starts the program and connects clients until it has no file descriptor left for another one. It may turn that one away. Then it must
/// wait.
///
/// # Errors
/// A failure when it does not serve a client before that, ends or spins.
pub(crate) fn fill(session: &mut Session, program: &str, service: Service) -> Step<(Program, Full)> {
    session.limit_files(FEW);
    let mut server = session.serve(program)?;
    let before = server.open_files()?;
    let mut clients = Vec::new();
    let (waiting, opening) = loop {
        let opening = (service.opening)(session);
        let mut client = ask(&mut server, &opening)?;
        // The kernel shows that the server waits for a descriptor, so no proof of silence is needed.
        server.wait_until_rests(&mut |server| {
            let accepted = server.socket_of(&client)?.is_none_or(|socket| socket.inode != 0);
            Ok(accepted || lacks_files_for(server, &client)?)
        })?;
        if !clients.is_empty() && lacks_files_for(&server, &client)? {
            break (client, opening);
        }
        if !(service.is_served)(&mut client, &opening)? {
            expect_ran_out(&server, clients.len(), before)?;
            // Turning a client away is as good as letting it wait. The next one may be served.
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

/// Connects a client that says this, as far as it can.
fn ask(server: &mut Program, opening: &str) -> Step<Peer> {
    let mut client = server.connect()?;
    client.offer(opening)?;
    Ok(client)
}

/// Whether the server cannot accept this client because one of its processes has as many files open as allowed.
fn lacks_files_for(server: &Program, client: &Peer) -> Step<bool> {
    // The socket of a connection that is not accepted has no inode.
    let waits = server.socket_of(client)?.is_some_and(|socket| socket.inode == 0);
    Ok(waits && server.open_files()? >= FEW)
}

/// Expects that the server has too few file descriptors left for another client. Otherwise there is nothing to survive.
fn expect_ran_out(server: &Program, clients: usize, before: u64) -> Step {
    let has_run_out = |server: &Program| -> Step<bool> {
        let open = server.open_files()?;
        let for_each = open.saturating_sub(before) / clients.max(1) as u64;
        Ok(clients > 0 && open + for_each.max(1) > FEW)
    };
    // A server may keep a spare descriptor to turn a client away. It opens the spare again afterwards.
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
    /// Lets the clients leave. The server must then serve the waiting client or turn it away.
    ///
    /// # Errors
    /// A failure when the client goes on waiting.
    pub(crate) fn expect_recovers(self, session: &Session, server: &Program) -> Step {
        let Full { clients, mut waiting, opening, service } = self;
        session.note("the clients leave, so file descriptors become free");
        let sockets = server.accepted_sockets(&clients)?;
        leave(clients)?;
        // Until the sockets are released the server may still turn clients away.
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
