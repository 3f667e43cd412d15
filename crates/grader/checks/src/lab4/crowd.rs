//! The clients of a room, all of them the grader's: they join, speak, and see what comes.

use crate::{Program, Session};
use model::{Failure, Kind, Step};
use wire::{Peer, Stillness, receive_all};

/// More bytes than anybody can be sent between two rests.
const FLOOD: usize = 1 << 20;

pub(super) const SERVER: &str = "presence-server";
pub(super) const ANONYMOUS: &str = "An anonymous user";

/// The server with its clients, in the order in which they arrived.
pub(super) struct Crowd {
    pub(super) server: Program,
    pub(super) clients: Vec<Peer>,
}

impl Crowd {
    /// Starts the server and lets so many clients join, one after the other.
    pub(super) fn of(session: &mut Session, count: usize) -> Step<Crowd> {
        let mut crowd = Crowd { server: session.serve(SERVER)?, clients: Vec::new() };
        for _ in 0..count {
            crowd.join()?;
        }
        crowd.settle()?;
        Ok(crowd)
    }

    /// As [`Crowd::of`], and each client says its name: `ann`, `bob`, `cat`, …
    pub(super) fn named(session: &mut Session, names: &[&str]) -> Step<Crowd> {
        let mut crowd = Crowd::of(session, names.len())?;
        for (client, name) in crowd.clients.iter_mut().zip(names) {
            client.send(format!("HELLO {name}\n"))?;
        }
        crowd.settle()?;
        Ok(crowd)
    }

    /// Lets one more client join, and waits until it has been greeted, or will not be.
    pub(super) fn join(&mut self) -> Step<()> {
        let mut client = self.server.connect()?;
        let still = receive_all(&mut [&mut client], |_, arrived| arrived.contains(&b'\n'))?;
        self.clients.push(client);
        unless_over(still)
    }

    /// Lets so many clients join, as many at a time as may wait in the accept queue, and waits until each has been greeted, or will
    /// not be. In which order they arrive is not said.
    pub(super) fn join_many(&mut self, count: usize) -> Step {
        const AT_ONCE: usize = 100;
        let backlog = self.server.listening_socket()?.send_queue;
        let at_once = usize::try_from(backlog).unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
        let all = self.clients.len() + count;
        while self.clients.len() < all {
            let first = self.clients.len();
            for _ in first..all.min(first + at_once) {
                let client = self.server.connect()?;
                self.clients.push(client);
            }
            let mut new: Vec<&mut Peer> = self.clients[first..].iter_mut().collect();
            unless_over(receive_all(&mut new, |_, arrived| arrived.contains(&b'\n'))?)?;
            if let Some(index) = self.clients[first..].iter().position(|client| client.ending().is_some()) {
                let summary = format!("client {} was turned away", first + index + 1);
                let failure = Failure::new(Kind::Ended, summary).expected(format!("{all} clients at once"));
                return Err(failure.got(format!("{} clients", first + index)).into());
            }
        }
        Ok(())
    }

    /// Waits until nothing more comes to anybody, or far too much to somebody, and takes what has come to each: all that was said before is of no interest.
    ///
    /// # Errors
    /// A failure when the program is gone.
    pub(super) fn settle(&mut self) -> Step<Vec<Vec<u8>>> {
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        unless_over(receive_all(&mut all, |_, arrived| arrived.len() > FLOOD)?)?;
        Ok(self.clients.iter_mut().map(Peer::take_arrived).collect())
    }

    /// One client sends, and everything comes to rest; returns what each got meanwhile.
    pub(super) fn after(&mut self, speaker: usize, bytes: impl AsRef<[u8]>) -> Step<Vec<Vec<u8>>> {
        self.clients[speaker].send(bytes)?;
        self.settle()
    }

    /// One client sends, and each must then get exactly what `expected` says for its index.
    pub(super) fn expect(&mut self, speaker: usize, line: &str, expected: impl Fn(usize) -> String) -> Step {
        let got = self.after(speaker, line)?;
        self.compare(&got, expected)
    }

    /// What each client got must be exactly what `expected` says for its index.
    pub(super) fn compare(&self, got: &[Vec<u8>], expected: impl Fn(usize) -> String) -> Step {
        for (index, got) in got.iter().enumerate() {
            let expected = expected(index);
            if *got != expected.as_bytes() {
                return Err(self.mismatch(index, &expected, got)?.into());
            }
        }
        Ok(())
    }

    /// What each client got must contain `words`; `line` is where they stand, for a reader.
    pub(super) fn all_heard(&self, got: &[Vec<u8>], words: &str, line: &str) -> Step {
        match got.iter().position(|got| !contains(got, words.as_bytes())) {
            None => Ok(()),
            Some(index) => Err(self.mismatch(index, line, &got[index])?.into()),
        }
    }

    /// The failure of a view that is not what it should be.
    pub(super) fn mismatch(&self, index: usize, expected: &str, got: &[u8]) -> Step<Failure> {
        let name = self.clients[index].name();
        let (kind, summary) = match (got.is_empty(), expected.is_empty()) {
            (true, _) => {
                (Kind::Silence, format!("{name} got nothing, and the kernel shows that nothing will come"))
            }
            (_, true) => (Kind::Unexpected, format!("{name} got what is not for it")),
            _ => (Kind::Mismatch, format!("{name} got something else than it should")),
        };
        let failure = Failure::new(kind, summary).expected(expected.as_bytes()).got(got);
        Ok(if got.is_empty() { failure.kernel(self.server.views(&self.clients)?) } else { failure })
    }
}

/// Whether nothing can be expected of the program any more: it is gone, or it spins.
pub(super) fn is_over(still: &Stillness) -> bool {
    matches!(still.kind, Kind::Exited | Kind::Crashed | Kind::NotWritten | Kind::Busy)
}

fn unless_over(still: Option<Stillness>) -> Step {
    match still {
        Some(still) if is_over(&still) => Err(still.failure("the clients waited").into()),
        _ => Ok(()),
    }
}

pub(super) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The words of a command that says a name.
pub(super) fn is_in_the_room(name: &str) -> String {
    format!("{name} is in the room.\n")
}

pub(super) fn says(name: &str, text: &str) -> String {
    format!("{name} says: {text}\n")
}

pub(super) fn is_about_to_leave(name: &str) -> String {
    format!("{name} is about to leave the room.\n")
}

pub(super) fn has_left(name: &str) -> String {
    format!("{name} has left the room.\n")
}

/// The answer to WHO.
pub(super) fn who(names: &[&str]) -> String {
    let list: String = names.iter().map(|name| format!(" - {name}\n")).collect();
    format!("Currently connected users:\n{list}\n")
}

pub(super) const ARRIVAL: &str = "Someone has arrived...\n";
pub(super) const WHAT: &str = "What? I only understand HELLO, SAY, WHO, BYE and KILL commands\n";
pub(super) const KILLED: &str = "KILL command received. Bringing server down...\n";
