//! Clients that leave in the middle of a message, or while the server answers.

use super::answers::{Habit, Message};
use super::serve;
use crate::kit::leaving::Way;
use crate::kit::stuck;
use model::{Failure, Kind, Step, Stop};
use session::{Program, Session};
use wire::{Framing, Peer};

/// What is sent at once, and in all at most, by a client that reads no answer.
const BLOCK: usize = 8192;
const MOST: usize = 1 << 20;

/// L6.7
pub(super) fn survives_clients_that_leave(session: &mut Session, framing: Framing) -> Step {
    session.small_buffers()?;
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let takes_pieces = habit.takes_pieces(session, &mut server)?;
    let whole = Message::new(framing, session.text(9));
    for part in parts(session, framing) {
        for way in [Way::HalfClose, Way::Close, Way::Reset] {
            let mut client = server.connect()?;
            // Apart from the part: that both may come together is the matter of other clauses.
            habit.converse(&mut client, &whole)?;
            client.send(&part)?;
            client.wait_until_read()?;
            let told =
                format!("the client has sent {:?} of a message, and {way}", part.escape_ascii().to_string());
            let told = told.replace("a client ", "");
            session.note(&told);
            if let Some(client) = way.leave(client)? {
                expect_closed(client, takes_pieces).map_err(|stop| stop.remark(&told))?;
            }
            server.wait_until_rests(&mut |_| Ok(true))?;
            let next = format!("a client has left in the middle of a message, as {way}");
            habit.serves_another(session, &mut server).map_err(|stop| stop.remark(&next))?;
        }
    }
    if takes_pieces && habit.takes_many_together(session, &mut server)? {
        answers_what_was_whole(session, &mut server, habit)?;
    }
    if session.needs_isolation().is_ok() {
        leave_while_answered(session, &mut server, habit)?;
    }
    Ok(())
}

/// What comes of a message before its client leaves: some of its length, all of it, and some of the message; or of a line, also with half
/// of its end.
fn parts(session: &mut Session, framing: Framing) -> Vec<Vec<u8>> {
    let message = Message::returning(framing, session.text(8)).bytes;
    let ends = match framing {
        Framing::Lines => [1, 4, 9],
        Framing::Length => [2, 4, 9],
    };
    ends.iter().map(|end| message[..*end].to_vec()).collect()
}

/// The client can still read. It gets the end of the connection, and nothing before that.
fn expect_closed(mut client: Peer, takes_pieces: bool) -> Step {
    if !takes_pieces {
        // Who takes a read for a message has answered the part before: that is another clause's matter.
        client.take_arrived();
    }
    match client.expect_closed() {
        Err(Stop::Failed(failure)) if failure.kind == Kind::Unexpected => {
            let summary = format!("{} got an answer to a message that is not whole", client.name());
            Err(Failure { summary, ..*failure }.into())
        }
        other => other.map(drop),
    }
}

/// A whole message and the beginning of another come in one segment, and then the end of the stream.
fn answers_what_was_whole(session: &mut Session, server: &mut Program, habit: Habit) -> Step {
    let (whole, next) =
        (Message::new(habit.framing, session.text(9)), Message::new(habit.framing, session.text(8)));
    let mut client = server.connect()?;
    client.send([&*whole.bytes, &next.bytes[..6]].concat())?;
    client.half_close()?;
    let told = "a whole message came before the one that was cut short";
    habit.expect(&mut client, &whole).map_err(|stop| stop.remark(told))?;
    expect_closed(client, true).map_err(|stop| stop.remark(told))
}

/// A client sends messages and reads no answer, until the server cannot write any more, and leaves.
fn leave_while_answered(session: &mut Session, server: &mut Program, habit: Habit) -> Step {
    let message = Message::new(habit.framing, session.text(3));
    let block = message.bytes.repeat(BLOCK / message.bytes.len());
    for way in [Way::Close, Way::Reset] {
        session.note("a client sends messages and reads no answer, until the server cannot write any more");
        let mut client = server.connect()?;
        stuck::fill(server, &mut client, &block, MOST)?;
        way.leave(client)?;
        server.wait_until_rests(&mut |_| Ok(true))?;
        let told = format!("{way} while the server writes answers to it");
        habit.serves_another(session, server).map_err(|stop| stop.remark(&told))?;
    }
    Ok(())
}
