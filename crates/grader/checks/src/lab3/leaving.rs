//! Clients that go, after their answer or without a line, and what the server keeps of them: every connection costs a descriptor
//! until it is closed, so that a server which forgets to runs out of them.

use super::server::{converse, expect_answer, greeted};
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::{Ending, Peer};

/// How many clients are served one after the other.
const SERVED: usize = 6;
/// How many sockets of clients that have gone may be left: a variable holds the last one until the next takes its place.
const LEFT: usize = 1;

/// L3.6
pub(super) fn serves_the_next(session: &mut Session, server: &mut Program) -> Step {
    let mut sockets = Vec::new();
    for _ in 0..SERVED {
        let (socket, ending) = conversation(session, server)?;
        // That a connection stays open is L3.3's matter.
        sockets.extend(socket.filter(|_| ending.is_some()));
    }
    expect_given_back(server, &sockets, "had their answers")?;
    converse(session, server)
}

/// L3.9
pub(super) fn survives_clients_that_leave(session: &mut Session, server: &mut Program) -> Step {
    let (mut left, mut served) = (Vec::new(), Vec::new());
    for half_a_line in [false, true] {
        for way in [Way::Close, Way::HalfClose, Way::Reset] {
            let mut client = greeted(server)?;
            if half_a_line {
                client.send_in_pieces([b"half a li".as_slice()])?;
            }
            // The server waits for its line now, whatever it has said.
            client.read_until_rested()?;
            // Where an error leads out of a conversation, a collector of garbage may be what closes its socket, some time.
            if way != Way::Reset {
                left.extend(server.accepted_socket(&client)?);
            }
            way.leave(client)?;
            // It has seen that the client is gone before the next one comes.
            server.wait_until_rests(&mut |_| Ok(true))?;
            served.extend(conversation(session, server)?.0);
        }
    }
    for way in [Way::Close, Way::Reset] {
        gone_before_its_turn(session, server, way)?;
    }
    // That no socket at all is given back is L3.6's matter.
    let outcome = expect_given_back(server, &left, "left without a line");
    if outcome.is_err() && server.holds(&served)? > LEFT {
        return Ok(());
    }
    outcome
}

/// A client leaves while the server is busy with another one, so that it is gone before it can be greeted; a server with a thread for
/// each client may be faster.
fn gone_before_its_turn(session: &mut Session, server: &mut Program, way: Way) -> Step {
    let line = session.text(9);
    let mut first = greeted(server)?;
    way.leave(server.connect()?)?;
    first.send(format!("{line}\n"))?;
    expect_answer(&mut first, &line)?;
    first.close();
    converse(session, server)
}

/// How a client leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Close,
    HalfClose,
    Reset,
}

impl Way {
    fn leave(self, mut client: Peer) -> Step {
        match self {
            Way::Close => client.close(),
            Way::HalfClose => {
                client.half_close()?;
                // Whether what came without an end of line is answered is left open, and what the server makes of its own side.
                client.read_until_rested()?;
            }
            Way::Reset => client.reset()?,
        }
        Ok(())
    }
}

/// One conversation: the socket that the server had for it, and how the server ended it.
fn conversation(session: &mut Session, server: &mut Program) -> Step<(Option<u32>, Option<Ending>)> {
    let line = session.text(12);
    let mut client = greeted(server)?;
    let inode = server.accepted_socket(&client)?;
    client.send(format!("{line}\n"))?;
    expect_answer(&mut client, &line)?;
    let (_, ending) = client.read_until_rested()?;
    client.close();
    Ok((inode, ending))
}

/// Expects that it holds the sockets of clients that have gone no more; `what` says what had become of these.
fn expect_given_back(server: &Program, sockets: &[u32], what: &str) -> Step {
    let still = server.wait_until(&mut |server| Ok(server.holds(sockets)? <= LEFT))?;
    let count = server.holds(sockets)?;
    if still.is_none() || count <= LEFT {
        return Ok(());
    }
    let clients = sockets.len();
    let summary = format!(
        "{clients} clients {what} and have gone, but the server still holds the sockets of {count} of them"
    );
    Err(Failure::new(Kind::Resource, summary)
        .expected("each connection is closed, and its descriptor free")
        .got(format!("{count} sockets without a client"))
        .kernel(server.views(&[])?)
        .into())
}
