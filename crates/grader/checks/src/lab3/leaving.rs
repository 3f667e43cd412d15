//! Clients that go, after their answer or without a line, and what the server keeps of them.

use super::server::{converse, expect_answer, greeted};
use crate::kit::leaving::{Way, expect_released};
use model::Step;
use session::{Program, Session};
use wire::Ending;

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
    expect_released(server, &sockets, LEFT)?;
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
            if let Some(mut client) = way.leave(client)? {
                // Whether what came without an end of line is answered is left open, and what the server makes of its own side.
                client.read_until_rested()?;
            }
            // It has seen that the client is gone before the next one comes.
            server.wait_until_rests(&mut |_| Ok(true))?;
            served.extend(conversation(session, server)?.0);
        }
    }
    for way in [Way::Close, Way::Reset] {
        gone_before_its_turn(session, server, way)?;
    }
    // That no socket at all is given back is L3.6's matter.
    let outcome =
        expect_released(server, &left, LEFT).map_err(|stop| stop.remark("they left without a line"));
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
