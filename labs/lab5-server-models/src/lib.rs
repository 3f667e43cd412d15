//! What the five servers of lab 5 share. `README.md` has the lesson and the clauses.
//!
//! You may change all of this, add modules and move things: the checks see only the programs.

use nix::sys::signal::{SigHandler, Signal, signal};
use std::env;
use std::io;
use std::process;
use std::str::FromStr;

/// The protocol, for one client: the part of a line that has come so far, and whatever else you must remember
/// between two reads.
#[derive(Debug, Default)]
pub struct Conversation {}

/// What to do after some bytes have come from a client.
#[derive(Debug)]
pub struct Reply {
    /// The bytes to send; there may be none.
    pub answers: Vec<u8>,
    /// Whether the connection ends when they are sent.
    pub is_last: bool,
}

impl Conversation {
    /// Takes the bytes of one read. There is no socket here and no waiting, so all five servers can use it.
    ///
    /// What must hold:
    ///
    /// - In whatever pieces the bytes come, the answers are the same: one for each line, as soon as it is complete, and none
    ///   for an incomplete line.
    /// - An answer is the line in upper case with a single `\n`, with `> ` before every answer or before none. The line
    ///   may have ended in `\n` or `\r\n`. Characters of more than one byte, and bytes that are not text, do no harm.
    /// - The line `bye`, in any case, makes this reply the last. Lines after it are not answered.
    /// - A line that never ends does not fill the memory.
    ///
    /// Checkpoints: L5.1, L5.2, L5.3.
    pub fn receive(&mut self, bytes: &[u8]) -> Reply {
        todo!("answer {} bytes", bytes.len())
    }
}

/// The process in which [`fork`] has returned.
#[derive(Debug, PartialEq, Eq)]
pub enum Fork {
    /// The one that called it.
    Parent,
    /// The new one.
    Child,
}

/// Makes a copy of this process, and returns in both (fork(2)). Ready-made, for server-processes.
///
/// The child has its own copy of the memory, and descriptors for all files and sockets that its parent has open. A socket
/// stays open until its last descriptor is closed, in whichever process that is.
///
/// Call it only in a program that has started no thread. The child has only the thread that called fork; a lock that another
/// thread held at that moment is never released in the child.
pub fn fork() -> io::Result<Fork> {
    // SAFETY: the caller has one thread, as required above, so that no lock is held by a thread that the child lacks.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { .. } => Ok(Fork::Parent),
        nix::unistd::ForkResult::Child => Ok(Fork::Child),
    }
}

/// Ignores `kind` of signal in this process from now on. Ready-made, for server-processes.
///
/// The manual pages signal(7) and wait(2) say which signal, when it is ignored, has an effect on children that have ended, and
/// what the effect is.
pub fn ignore(kind: Signal) -> io::Result<()> {
    // SAFETY: no handler is installed, so no code runs at a moment when it must not.
    unsafe { signal(kind, SigHandler::SigIgn) }?;
    Ok(())
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
