//! What the two programs of lab 6 share: where a message ends in a stream of bytes. `README.md` has the lesson and the clauses.
//!
//! You may change all of this, add modules and move things: the checks see only the programs.

use std::env;
use std::process;
use std::str::FromStr;

/// How the two sides tell where a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A message ends with `\n` or `\r\n`, which are no part of it.
    Lines,
    /// Four bytes before a message say how many bytes it has, the highest byte first.
    Length,
}

impl FromStr for Framing {
    type Err = ();

    fn from_str(word: &str) -> Result<Framing, ()> {
        match word {
            "lines" => Ok(Framing::Lines),
            "length" => Ok(Framing::Length),
            _ => Err(()),
        }
    }
}

/// The messages in the bytes that have come from one peer. Both programs need it.
///
/// There is no socket here and no waiting: bytes go in as they come from a read, and messages come out. So you can test it with bytes
/// in memory, cut wherever you like.
#[derive(Debug)]
pub struct Messages {
    framing: Framing,
    // What has come and belongs to no whole message yet goes here.
}

/// What is known of the next message.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// It is whole: its bytes, without what frames it.
    Message(Vec<u8>),
    /// It is not whole. `begun` tells whether some of it has come.
    Incomplete { begun: bool },
    /// It is longer than this program accepts.
    TooLong,
}

impl Messages {
    /// Nothing has come yet.
    pub fn new(framing: Framing) -> Messages {
        Messages { framing }
    }

    /// Takes the bytes of one read.
    ///
    /// What must hold: whatever the pieces are in which the bytes come, [`Messages::take`] finds the same messages.
    pub fn receive(&mut self, bytes: &[u8]) {
        todo!("keep {} bytes, with framing {:?}", bytes.len(), self.framing)
    }

    /// The next message, if it is whole. Call it until it is not: one read may have brought several.
    ///
    /// What must hold:
    ///
    /// - Each message comes out once, whole and in order. An empty message is a message too.
    /// - A length counts bytes, and a character may have several. Nothing needs to be decoded to find a message.
    /// - A length is only what the other side says. It costs no memory before the bytes have come.
    /// - A message that is too long is known to be so before all of it has come.
    ///
    /// Checkpoints: L6.1 to L6.5 and L6.8; then L6.S1, L6.S2, L6.S5, L6.S6.
    pub fn take(&mut self) -> Next {
        todo!("find the next message, with framing {:?}", self.framing)
    }
}

/// A message as it goes on the stream: with its line end behind it, or its length before it.
pub fn framed(framing: Framing, message: &[u8]) -> Vec<u8> {
    todo!("frame {} bytes, with framing {framing:?}", message.len())
}

/// The argument at `position` (the first is 1), or `default` when there is none.
///
/// Ends the program with status 2 when the argument cannot be read as a `T`.
pub fn argument<T: FromStr>(position: usize, name: &str, default: T) -> T {
    let Some(word) = env::args().nth(position) else { return default };
    word.parse().unwrap_or_else(|_| {
        eprintln!("{word:?} is not a valid {name}");
        process::exit(2)
    })
}
