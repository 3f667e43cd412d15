//! The clients of a room, all of them the grader's: they join, speak, and see what comes.

use crate::kit::crowd::{connect_greeted, is_over, unless_over};
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::{Peer, Stillness, receive_all, receive_until_rested};

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
    /// Starts the server and lets so many clients join, one after the other. How much a welcome is only the server knows, so that this
    /// takes a proof of silence, one for all of them.
    pub(super) fn of(session: &mut Session, count: usize) -> Step<Crowd> {
        let mut crowd = Crowd { server: session.serve(SERVER)?, clients: Vec::new() };
        for _ in 0..count {
            crowd.join()?;
        }
        crowd.settle()?;
        Ok(crowd)
    }

    /// As [`Crowd::of`], and each client says its name.
    pub(super) fn named(session: &mut Session, names: &[String]) -> Step<Crowd> {
        let mut crowd = Crowd::of(session, names.len())?;
        for (client, name) in names.iter().enumerate() {
            crowd.after(client, format!("HELLO {name}\n"), |_| is_in_the_room(name))?;
        }
        Ok(crowd)
    }

    /// Lets one more client join, and waits until it has been greeted, or will not be.
    pub(super) fn join(&mut self) -> Step {
        let client = self.server.connect()?;
        self.clients.push(client);
        let newcomer = self.clients.len() - 1;
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        unless_over(receive_all(&mut all, |index, arrived| index < newcomer || arrived.contains(&b'\n'))?)?;
        // A thread that puts its client on the list behind the greeting has done so when it waits.
        unless_over(receive_until_rested(&mut all)?)
    }

    /// Lets clients join until there are so many, and waits until each has been greeted, or will not be. In which order they arrive is
    /// not said.
    pub(super) fn join_many(&mut self, count: usize) -> Step {
        connect_greeted(&mut self.server, &mut self.clients, count)
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

    /// Waits until each client has enough, by its index and what has come to it, or will not have it, and until the program rests;
    /// takes what has come to each.
    ///
    /// # Errors
    /// A failure when the program is gone.
    pub(super) fn until(&mut self, enough: impl FnMut(usize, &[u8]) -> bool) -> Step<Vec<Vec<u8>>> {
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        unless_over(receive_all(&mut all, enough)?)?;
        unless_over(receive_until_rested(&mut all)?)?;
        Ok(self.clients.iter_mut().map(Peer::take_arrived).collect())
    }

    /// What each client gets now, see [`gather`].
    ///
    /// # Errors
    /// A failure when the program is gone.
    pub(super) fn get<T: Into<Vec<u8>>>(&mut self, expected: impl Fn(usize) -> T) -> Step<Vec<Vec<u8>>> {
        let expected: Vec<Vec<u8>> = (0..self.clients.len()).map(|index| expected(index).into()).collect();
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        let (got, still) = gather(&mut all, &expected)?;
        unless_over(still)?;
        Ok(got)
    }

    /// One client sends; what each gets of it, where `expected` says what that should be for its index.
    pub(super) fn after<T: Into<Vec<u8>>>(
        &mut self,
        speaker: usize,
        bytes: impl AsRef<[u8]>,
        expected: impl Fn(usize) -> T,
    ) -> Step<Vec<Vec<u8>>> {
        self.clients[speaker].send(bytes)?;
        self.get(expected)
    }

    /// One client sends, and each must then get exactly what `expected` says for its index.
    pub(super) fn expect<T: Into<Vec<u8>>>(
        &mut self,
        speaker: usize,
        bytes: impl AsRef<[u8]>,
        expected: impl Fn(usize) -> T,
    ) -> Step {
        let got = self.after(speaker, bytes, &expected)?;
        self.compare(&got, expected)
    }

    /// What each client got must be exactly what `expected` says for its index.
    pub(super) fn compare<T: Into<Vec<u8>>>(&self, got: &[Vec<u8>], expected: impl Fn(usize) -> T) -> Step {
        for (index, got) in got.iter().enumerate() {
            let expected = expected(index).into();
            if *got != expected {
                return Err(self.mismatch(index, expected, got)?.into());
            }
        }
        Ok(())
    }

    /// Nothing has come to anybody but what was expected, and nothing will: the proof that stands at the end for all that was only seen
    /// to rest before.
    pub(super) fn nothing_more(&mut self) -> Step {
        let got = self.settle()?;
        self.compare(&got, |_| "")
    }

    /// The server's sockets of the clients that are here.
    pub(super) fn sockets(&self) -> Step<Vec<u32>> {
        self.server.accepted_sockets(&self.clients)
    }

    /// What each client got must contain `words`; `line` is where they stand, for a reader.
    pub(super) fn all_heard(&self, got: &[Vec<u8>], words: &str, line: &str) -> Step {
        match got.iter().position(|got| !contains(got, words.as_bytes())) {
            None => Ok(()),
            Some(index) => Err(self.mismatch(index, line, &got[index])?.into()),
        }
    }

    /// The failure of a view that is not what it should be.
    pub(super) fn mismatch(&self, index: usize, expected: impl AsRef<[u8]>, got: &[u8]) -> Step<Failure> {
        let (name, expected) = (self.clients[index].name(), expected.as_ref());
        let (kind, summary) = match (got.is_empty(), expected.is_empty()) {
            (true, _) => {
                (Kind::Silence, format!("{name} got nothing, and the kernel shows that nothing will come"))
            }
            (_, true) => (Kind::Unexpected, format!("{name} got what is not for it")),
            _ => (Kind::Mismatch, format!("{name} got something else than it should")),
        };
        let failure = Failure::new(kind, summary).expected(expected).got(got);
        Ok(if got.is_empty() { failure.kernel(self.server.views(&self.clients)?) } else { failure })
    }
}

/// Waits until each of `peers` has what `expected` holds for it, or something else, or the program will do no more; takes what has come
/// to each, and tells why no more would.
///
/// Where that is what was expected and nothing else, it is enough that the program rests: whatever came later would stand before what is
/// expected next. Where it is anything else, all that still comes is waited for, so that no part of it is left for the next step.
pub(super) fn gather(
    peers: &mut [&mut Peer],
    expected: &[Vec<u8>],
) -> Step<(Vec<Vec<u8>>, Option<Stillness>)> {
    let mut still = receive_all(peers, |index, arrived| {
        arrived.len() >= expected[index].len() || !expected[index].starts_with(arrived)
    })?;
    if still.is_none() {
        still = receive_until_rested(peers)?;
    }
    let mut got = take_all(peers);
    if got != expected && still.as_ref().is_none_or(|still| !is_over(still)) {
        for (peer, got) in peers.iter_mut().zip(&got) {
            peer.put_back(got);
        }
        still = receive_all(peers, |_, arrived| arrived.len() > FLOOD)?;
        got = take_all(peers);
    }
    Ok((got, still))
}

fn take_all(peers: &mut [&mut Peer]) -> Vec<Vec<u8>> {
    peers.iter_mut().map(|peer| peer.take_arrived()).collect()
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
pub(super) fn who<T: AsRef<str>>(names: &[T]) -> String {
    let list: String = names.iter().map(|name| format!(" - {}\n", name.as_ref())).collect();
    format!("Currently connected users:\n{list}\n")
}

pub(super) const ARRIVAL: &str = "Someone has arrived...\n";
pub(super) const WHAT: &str = "What? I only understand HELLO, SAY, WHO, BYE and KILL commands\n";
pub(super) const KILLED: &str = "KILL command received. Bringing server down...\n";
