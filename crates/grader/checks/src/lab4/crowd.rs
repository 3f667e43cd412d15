//! The clients of a room, all played by the grader: they join, speak, and see what comes.

use crate::kit::crowd::{connect_greeted, is_over, unless_over};
use model::{Failure, Kind, Step};
use session::{Program, Session};
use wire::{Peer, Stillness, receive_all, receive_until_rested};

/// More bytes than a client can be sent between two rests.
const FLOOD: usize = 1 << 20;

pub(super) const SERVER: &str = "presence-server";
pub(super) const ANONYMOUS: &str = "An anonymous user";

/// The server with its clients, in the order in which they arrived.
pub(super) struct Crowd {
    pub(super) server: Program,
    pub(super) clients: Vec<Peer>,
}

impl Crowd {
    /// Starts the server and lets `count` clients join, one after the other. Only the server knows how long a welcome is, so this takes a
    /// proof of silence, one for all clients.
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

    /// Lets one more client join, and waits until it has been greeted or will not be.
    pub(super) fn join(&mut self) -> Step {
        let client = self.server.connect()?;
        self.clients.push(client);
        let newcomer = self.clients.len() - 1;
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        unless_over(receive_all(&mut all, |index, arrived| index < newcomer || arrived.contains(&b'\n'))?)?;
        // A thread may put its client on the list after the greeting. It has done so when it waits.
        unless_over(receive_until_rested(&mut all)?)
    }

    /// Lets clients join until there are `count`, and waits until each has been greeted or will not be. The server may accept them in any
    /// order.
    pub(super) fn join_many(&mut self, count: usize) -> Step {
        connect_greeted(&mut self.server, &mut self.clients, count)
    }

    /// Waits until nothing more comes to any client, or far too much comes to one, and takes what has come to each.
    ///
    /// # Errors
    /// A failure when the program is gone.
    pub(super) fn settle(&mut self) -> Step<Vec<Vec<u8>>> {
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        unless_over(receive_all(&mut all, |_, arrived| arrived.len() > FLOOD)?)?;
        Ok(self.clients.iter_mut().map(Peer::take_arrived).collect())
    }

    /// Waits until `enough` holds for each client, by its index and what has come to it, or never will, and until the program rests. Takes
    /// what has come to each.
    ///
    /// # Errors
    /// A failure when the program is gone.
    pub(super) fn until(&mut self, enough: impl FnMut(usize, &[u8]) -> bool) -> Step<Vec<Vec<u8>>> {
        let mut all: Vec<&mut Peer> = self.clients.iter_mut().collect();
        unless_over(receive_all(&mut all, enough)?)?;
        unless_over(receive_until_rested(&mut all)?)?;
        Ok(self.clients.iter_mut().map(Peer::take_arrived).collect())
    }

    /// Returns what each client gets now, see [`gather`].
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

    /// One client sends. Returns what each client gets then. `expected` says what that should be for each index.
    pub(super) fn after<T: Into<Vec<u8>>>(
        &mut self,
        speaker: usize,
        bytes: impl AsRef<[u8]>,
        expected: impl Fn(usize) -> T,
    ) -> Step<Vec<Vec<u8>>> {
        self.clients[speaker].send(bytes)?;
        self.get(expected)
    }

    /// One client sends, and each client must then get exactly what `expected` says for its index.
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

    /// Expects that no client has received anything more, and that none will. The proof of silence at the end covers all earlier waits, in
    /// which the program was only seen to rest.
    pub(super) fn nothing_more(&mut self) -> Step {
        let got = self.settle()?;
        self.compare(&got, |_| "")
    }

    /// The server's sockets for the present clients.
    pub(super) fn sockets(&self) -> Step<Vec<u32>> {
        self.server.accepted_sockets(&self.clients)
    }

    /// What each client got must contain `words`. `line` is the line with these words, for the report.
    pub(super) fn all_heard(&self, got: &[Vec<u8>], words: &str, line: &str) -> Step {
        match got.iter().position(|got| !contains(got, words.as_bytes())) {
            None => Ok(()),
            Some(index) => Err(self.mismatch(index, line, &got[index])?.into()),
        }
    }

    /// The failure of a client that did not get what it should.
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

/// Waits until each of `peers` has what `expected` says for it, or something else, or the program will do no more. Returns what has come to
/// each, and why no more would come.
///
/// If exactly the expected bytes came, it is enough that the program rests: anything later would stand before what is expected next.
/// Otherwise this waits for everything that still comes, so that no part of it is left for the next step.
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

/// The notification for a client that says its name.
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
