//! Part d: a listening socket with a short queue that is not accepted from at first.

use model::{Failure, Kind, Step};
use session::Session;
use wire::{Ending, Peer};

const PROGRAM: &str = "bounded-listener";
const BACKLOG: u32 = 4;

/// L3.17
pub(super) fn has_a_backlog_of_four(session: &mut Session) -> Step {
    let server = session.serve(PROGRAM)?;
    // It may call listen again; the last call counts.
    server.wait_until_still()?;
    let backlog = server.listening_socket()?.send_queue;
    if backlog == BACKLOG {
        return Ok(());
    }
    Err(Failure::new(Kind::Structure, "the listening socket has another backlog")
        .expected(format!("a backlog of {BACKLOG}"))
        .got(format!("a backlog of {backlog}"))
        .into())
}

/// L3.18
pub(super) fn accepts_when_told(session: &mut Session) -> Step {
    // Fewer clients than may wait: a program that counts to the backlog waits in vain for one more.
    let few = session.random.u32(1..BACKLOG);
    accepts_all(session, few)?;
    accepts_all(session, BACKLOG)
}

fn accepts_all(session: &mut Session, count: u32) -> Step {
    let mut server = session.serve(PROGRAM)?;
    // L3.17 decides how many may wait.
    let count = count.min(server.listening_socket()?.send_queue.max(1));
    let mut clients: Vec<Peer> = Vec::new();
    for _ in 0..count {
        clients.push(server.connect()?);
    }
    if let Some(still) = server.wait_until_still()?
        && !still.kind.is_still()
    {
        return Err(still.failure("it does not wait for a line on its standard input").into());
    }
    let waiting = server.listening_socket()?.receive_queue;
    if waiting != count {
        return Err(Failure::new(Kind::Structure, "clients were accepted before the line came")
            .expected(format!("clients in the accept queue: {count}"))
            .got(format!("clients in the accept queue: {waiting}"))
            .kernel(server.views(&clients)?)
            .into());
    }
    server.input(b"go\n")?;
    server.expect_success()?;
    for client in &mut clients {
        // When a listening socket is closed, its waiting connections are reset. A connection that was accepted ends with an end of file.
        let (_, ending) = client.read_to_end(1 << 16)?;
        if ending == Ending::Reset {
            let summary = format!("{} was never accepted: its connection was reset", client.name());
            return Err(Failure::new(Kind::Reset, summary)
                .expected("every waiting client is accepted")
                .into());
        }
    }
    Ok(())
}
