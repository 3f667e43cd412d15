//! What a client of the server sees: one message, many, empty ones, letters of several bytes, and other clients beside it.

use super::answers::{Habit, Message, answer};
use super::serve;
use crate::kit::crowd::connect_silently;
use crate::kit::cuts::send_cut;
use model::Step;
use session::{Program, Session};
use wire::{Framing, Peer, wait_until_all_read};

/// How many messages come in one segment.
const MANY: usize = 40;
/// How many clients have sent a part of a message each.
const CROWD: usize = 20;

/// L6.1
pub(super) fn answers_one(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    server.expect_over_ipv4()?;
    let mut client = server.connect()?;
    for message in single_messages(session, framing) {
        client.send(&message.bytes)?;
        let expected = answer(framing, message.length);
        let told = message.told(framing);
        client
            .expect_message(framing, &expected, |got| got == expected)
            .map_err(|stop| stop.remark(&told))?;
    }
    client.expect_no_more().map_err(|stop| stop.remark("every message has been answered"))?;
    session.restart(server, &[super::FRAMINGS.value(framing)]).map(drop)
}

/// Messages that nothing is difficult about but what is in them: none is empty, or longer than any buffer.
fn single_messages(session: &mut Session, framing: Framing) -> Vec<Message> {
    let mut messages = Vec::new();
    for length in [12, 1, 9, 10, 99, 300] {
        messages.push(Message::new(framing, session.text(length)));
        messages.push(Message::returning(framing, session.text(length)));
    }
    let words = format!("  two words \t{}  ", session.text(3));
    messages.push(Message::new(framing, words));
    match framing {
        // A carriage return is part of the line end only where the newline follows.
        Framing::Lines => messages.push(Message::new(framing, "one\rline")),
        Framing::Length => {
            for payload in [&b"two\nlines\r\n"[..], b"\n", b"\0", b"\xff\xfe no text \x80"] {
                messages.push(Message::new(framing, payload));
            }
        }
    }
    messages
}

/// L6.2
pub(super) fn answers_many_together(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let mut client = server.connect()?;
    for count in [2, 3, MANY] {
        let messages: Vec<Message> = (0..count)
            .map(|index| {
                let make = if index % 3 == 1 { Message::returning } else { Message::new };
                make(framing, session.text(1 + index * 3))
            })
            .collect();
        let words = format!("{count} messages came in one segment");
        client.send(messages.iter().flat_map(|message| message.bytes.clone()).collect::<Vec<u8>>())?;
        for message in &messages {
            habit.expect(&mut client, message).map_err(|stop| stop.remark(&words))?;
        }
    }
    client.expect_no_more().map_err(|stop| stop.remark("every message has been answered"))
}

/// L6.4
pub(super) fn answers_empty_ones(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let mut client = server.connect()?;
    let words = Message::new(framing, session.text(9));
    let (empty, returning) = (Message::new(framing, ""), Message::returning(framing, ""));
    for message in [&empty, &words, &empty, &returning, &empty, &words] {
        let told = if message.length == 0 {
            "an empty message is a message too"
        } else {
            "empty ones came before it"
        };
        habit.converse(&mut client, message).map_err(|stop| stop.remark(told))?;
    }
    if habit.takes_many_together(session, &mut server)? {
        let together = [&empty, &empty, &words, &empty];
        client.send(together.iter().flat_map(|message| message.bytes.clone()).collect::<Vec<u8>>())?;
        for message in together {
            let told = "empty messages came in one segment with others";
            habit.expect(&mut client, message).map_err(|stop| stop.remark(told))?;
        }
    }
    client.expect_no_more().map_err(|stop| stop.remark("every message has been answered"))
}

/// L6.5
pub(super) fn counts_bytes(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let mut client = server.connect()?;
    for payload in ["\u{e9}", "na\u{ef}ve caf\u{e9}", "\u{20ac}", "\u{1f980} crab", "e\u{301}"] {
        let message = Message::new(framing, payload);
        let words = format!("\"{payload}\" has {} bytes in UTF-8", message.length);
        habit.converse(&mut client, &message).map_err(|stop| stop.remark(&words))?;
    }
    if !habit.takes_pieces(session, &mut server)? {
        return Ok(());
    }
    // One, two, three and four bytes. What frames them is cut in L6.3.
    let message = Message::new(framing, "a\u{e9}\u{20ac}\u{1f980}b");
    let start = message.start();
    for place in 1..message.length {
        let (first, last) = message.bytes.split_at(start + place);
        send_cut(&mut client, &[first, last])?;
        let words =
            format!("a character of several bytes came in two pieces, cut after byte {place} of the message");
        habit.expect(&mut client, &message).map_err(|stop| stop.remark(&words))?;
    }
    Ok(())
}

/// L6.6
pub(super) fn keeps_clients_apart(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let habit = Habit::learn(session, &mut server, framing)?;
    let takes_pieces = habit.takes_pieces(session, &mut server)?;
    let mut clients = Vec::new();
    connect_silently(&mut server, &mut clients, CROWD)?;
    let mut clients: Vec<(Peer, Message)> = clients
        .into_iter()
        .enumerate()
        .map(|(index, client)| (client, Message::new(framing, session.text(20 + 7 * index))))
        .collect();
    if takes_pieces {
        say_parts(session, &server, &mut clients)?;
    }
    session.random.shuffle(&mut clients);
    for (client, message) in &mut clients {
        let rest = if takes_pieces { &message.bytes[places(message)[1]..] } else { &message.bytes[..] };
        client.send(rest)?;
    }
    session.random.shuffle(&mut clients);
    for (client, message) in &mut clients {
        let words = format!("{CROWD} clients sent their messages in turns");
        habit.expect(client, message).map_err(|stop| stop.remark(&words))?;
    }
    Ok(())
}

/// Where each client's message is cut. What frames it is cut in L6.3.
fn places(message: &Message) -> [usize; 2] {
    [message.start() + 3, message.start() + message.length / 2]
}

/// Each client says the beginning of its message, and then each goes on. All of these lie at the server at the same time.
fn say_parts(session: &mut Session, server: &Program, clients: &mut [(Peer, Message)]) -> Step {
    for part in 0..2 {
        session.random.shuffle(clients);
        for (client, message) in &mut *clients {
            let [first, second] = places(message);
            client.send(&message.bytes[[0, first][part]..[first, second][part]])?;
        }
        let words = format!("{CROWD} clients are connected, and each has sent a part of its message");
        let all = &mut clients.iter_mut().map(|(client, _)| client).collect::<Vec<_>>();
        wait_until_all_read(all).map_err(|stop| stop.remark(&words))?;
        for client in all {
            client.expect_nothing_yet().map_err(|stop| stop.remark(&words))?;
        }
    }
    server.wait_until_rested().map(drop)
}
