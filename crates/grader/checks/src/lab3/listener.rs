//! Part d: a listening socket with a short queue, and nobody who accepts.

use crate::Session;
use model::{Failure, Kind, Step};
use wire::{Ending, Peer};

const PROGRAM: &str = "bounded-listener";
const BACKLOG: u32 = 4;

/// L3.17
pub(super) fn has_a_backlog_of_four(session: &mut Session) -> Step {
    let server = session.serve(PROGRAM)?;
    // It may call listen once again: the last one counts.
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
    let mut server = session.serve(PROGRAM)?;
    let mut clients: Vec<Peer> = Vec::new();
    for _ in 0..BACKLOG {
        clients.push(server.connect()?);
    }
    if let Some(still) = server.wait_until_still()?
        && !still.kind.is_still()
    {
        return Err(still.failure("it does not wait for a line on its standard input").into());
    }
    let waiting = server.listening_socket()?.receive_queue;
    if waiting != BACKLOG {
        return Err(Failure::new(Kind::Structure, "clients were accepted before the line came")
            .expected(format!("{BACKLOG} clients in the accept queue"))
            .got(format!("{waiting} clients in the accept queue"))
            .kernel(server.views(&clients)?)
            .into());
    }
    server.input(b"go\n")?;
    server.expect_success()?;
    for client in &mut clients {
        // A connection that waits when its listening socket goes is reset; one that was accepted ends by end of file.
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
