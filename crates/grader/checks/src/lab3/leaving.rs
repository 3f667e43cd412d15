//! Clients that leave, after their answer or without a line, and what the server keeps of them.

use super::server::{converse, expect_answer, greeted};
use crate::kit::leaving::{Way, expect_released};
use model::Step;
use session::{Program, Session};
use wire::Ending;

/// How many clients are served one after the other.
const SERVED: usize = 6;
/// How many sockets of clients that have gone may be left: a variable may hold the last one until the next replaces it.
const LEFT: usize = 1;

/// L3.6
pub(super) fn serves_the_next(session: &mut Session, server: &mut Program) -> Step {
    let mut sockets = Vec::new();
    for _ in 0..SERVED {
        let (socket, ending) = conversation(session, server)?;
        // L3.3 reports a connection that stays open.
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
            // If an error ends a conversation, a garbage collector may be what closes its socket, some time later.
            if way != Way::Reset {
                left.extend(server.accepted_socket(&client)?);
            }
            if let Some(mut client) = way.leave(client)? {
                // The handout does not say whether text without an end of line is answered, nor what the server does with its own side.
                client.read_until_rested()?;
            }
            // The server has seen that the client is gone before the next one comes.
            server.wait_until_rests(&mut |_| Ok(true))?;
            served.extend(conversation(session, server)?.0);
        }
    }
    for way in [Way::Close, Way::Reset] {
        gone_before_its_turn(session, server, way)?;
    }
    // L3.6 reports that no socket at all is closed.
    let outcome =
        expect_released(server, &left, LEFT).map_err(|stop| stop.remark("they left without a line"));
    if outcome.is_err() && server.holds(&served)? > LEFT {
        return Ok(());
    }
    outcome
}

/// A client leaves while the server is busy with another one, so it is gone before it can be greeted. A server with a thread for each
/// client may be faster.
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
