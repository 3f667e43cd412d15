//! Messages, and the answers to them. What an answer looks like where nothing makes it difficult is the matter of L6.1. The other clauses
//! take from the server's first answers how it counts, and expect the same from then on ([`Habit`]).

use crate::kit::holds;
use model::Step;
use session::{Program, Session};
use wire::{Framing, Peer};

/// A message as it goes on the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// With what frames it.
    pub(super) bytes: Vec<u8>,
    /// How many bytes it has without that.
    pub(super) length: usize,
    /// Whether it is a line that ends with `\r\n`.
    returns: bool,
}

impl Message {
    pub(super) fn new(framing: Framing, payload: impl AsRef<[u8]>) -> Message {
        let payload = payload.as_ref();
        Message { bytes: framing.frame(payload), length: payload.len(), returns: false }
    }

    /// What it is, for a reader.
    pub(super) fn told(&self, framing: Framing) -> String {
        match framing {
            Framing::Lines => {
                let end = if self.returns { "\\r\\n" } else { "\\n" };
                format!("the line had {} bytes before its {end}", self.length)
            }
            Framing::Length => format!("the message had {} bytes behind its length", self.length),
        }
    }

    /// Where in it the message itself begins.
    pub(super) fn start(&self) -> usize {
        // What frames a line stands behind it.
        if self.bytes.ends_with(b"\n") && self.bytes.len() <= self.length + 2 {
            0
        } else {
            self.bytes.len() - self.length
        }
    }

    /// The same as telnet ends a line; lengths have no such second form.
    pub(super) fn returning(framing: Framing, payload: impl AsRef<[u8]>) -> Message {
        let mut message = Message::new(framing, payload);
        if framing == Framing::Lines {
            message.bytes.insert(message.length, b'\r');
            message.returns = true;
        }
        message
    }
}

/// The answer to a message of that length.
pub(super) fn answer(framing: Framing, length: usize) -> Vec<u8> {
    framing.frame(length.to_string().as_bytes())
}

/// How a server answers short messages that come whole and one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Habit {
    /// How messages are told apart.
    pub(super) framing: Framing,
    /// By how much its count differs from the length, for both line ends.
    surplus: [i64; 2],
    /// Whether its lines end with `\r\n`.
    returns: bool,
}

impl Habit {
    /// Has a client ask the server. It must answer each message with a message.
    ///
    /// # Errors
    /// A failure when it does not.
    pub(super) fn learn(session: &mut Session, server: &mut Program, framing: Framing) -> Step<Habit> {
        let mut client = server.connect()?;
        let habit = Habit::ask(session, &mut client, framing)?;
        client.close();
        Ok(habit)
    }

    /// The same by a client that stays.
    ///
    /// # Errors
    /// As [`Habit::learn`].
    pub(super) fn ask(session: &mut Session, client: &mut Peer, framing: Framing) -> Step<Habit> {
        // What is counted beside the message: a line end, or a length of four bytes.
        const MOST: i64 = 4;
        let mut habit = Habit { framing, surplus: [0; 2], returns: false };
        for make in [Message::new, Message::returning] {
            let message = make(framing, session.text(7));
            client.send(&message.bytes)?;
            let mut got = Vec::new();
            let expected = answer(framing, message.length);
            client.expect_message(framing, &expected, |answer| {
                got = answer.to_vec();
                framing.payload(answer).is_some()
            })?;
            let text = framing.payload(&got).map(String::from_utf8_lossy);
            let counted = text.and_then(|text| text.trim().parse::<i64>().ok());
            let surplus = counted.map_or(0, |counted| counted - 7);
            habit.surplus[usize::from(message.returns)] = if surplus.abs() <= MOST { surplus } else { 0 };
            habit.returns = framing == Framing::Lines && got.ends_with(b"\r\n");
        }
        Ok(habit)
    }

    /// What this server answers to a message.
    pub(super) fn answer(self, message: &Message) -> Vec<u8> {
        let length = i64::try_from(message.length).unwrap_or(i64::MAX);
        let mut text = (length + self.surplus[usize::from(message.returns)]).to_string();
        if self.returns {
            text.push('\r');
        }
        self.framing.frame(text.as_bytes())
    }

    /// Expects the answer to a message.
    ///
    /// # Errors
    /// A failure when another comes, or none.
    pub(super) fn expect(self, client: &mut Peer, message: &Message) -> Step {
        let expected = self.answer(message);
        client.expect_message(self.framing, &expected, |got| got == expected)
    }

    /// Sends a message and expects its answer.
    ///
    /// # Errors
    /// As [`Habit::expect`], and when the server has closed the connection.
    pub(super) fn converse(self, client: &mut Peer, message: &Message) -> Step {
        client.send(&message.bytes)?;
        self.expect(client, message)
    }

    /// A further client is served.
    ///
    /// # Errors
    /// A failure when it is not.
    pub(super) fn serves_another(self, session: &mut Session, server: &mut Program) -> Step {
        let mut client = server.connect()?;
        self.converse(&mut client, &Message::new(self.framing, session.text(9)))?;
        client.close();
        Ok(())
    }

    /// Whether a message that comes in two pieces gets one answer. That it should is the matter of L6.3.
    ///
    /// # Errors
    /// A fault of the grader.
    pub(super) fn takes_pieces(self, session: &mut Session, server: &mut Program) -> Step<bool> {
        let message = Message::new(self.framing, session.text(9));
        let (first, last) = message.bytes.split_at(message.bytes.len() - 4);
        self.takes(server, &[first, last], std::slice::from_ref(&message))
    }

    /// Whether messages that come together get an answer each. That they should is the matter of L6.2.
    ///
    /// # Errors
    /// A fault of the grader.
    pub(super) fn takes_many_together(self, session: &mut Session, server: &mut Program) -> Step<bool> {
        let messages = [5, 8, 6].map(|length| Message::new(self.framing, session.text(length)));
        let stream: Vec<u8> = messages.iter().flat_map(|message| message.bytes.clone()).collect();
        let (first, last) = stream.split_at(stream.len() - 3);
        self.takes(server, &[first, last], &messages)
    }

    fn takes(self, server: &mut Program, pieces: &[&[u8]], messages: &[Message]) -> Step<bool> {
        let mut client = server.connect()?;
        let outcome = holds((|| {
            client.send_in_pieces(pieces.iter().copied())?;
            messages.iter().try_for_each(|message| self.expect(&mut client, message))?;
            client.expect_quiet()
        })());
        client.close();
        outcome
    }
}
