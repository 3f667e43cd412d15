//! How the grader waits, as far as its sockets need to know.

use model::{Failure, Kind, Step, ThreadView};
use rustix::fd::BorrowedFd;
use std::io;
use std::net::SocketAddr;

/// What a socket is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Something can be read from it, or accepted.
    Readable,
    /// Something can be written to it.
    Writable,
}

/// Who made a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A client of the grader's.
    Grader,
    /// The program, as a client.
    Program,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// What was waited for has come.
    Done,
    /// It has not, but something moved: the submission may be able to go on.
    Moved,
    /// Nothing has changed.
    Idle,
}

impl Attempt {
    /// [`Attempt::Done`] or [`Attempt::Idle`].
    pub fn done_if(done: bool) -> Attempt {
        if done { Attempt::Done } else { Attempt::Idle }
    }
}

/// Why waiting has no point any more, and what was seen then.
#[derive(Clone, Debug)]
pub struct Stillness {
    /// The kind of failure if something was still expected.
    pub kind: Kind,
    /// One sentence about the program: `echo-server waits for ever`.
    pub words: String,
    /// What each thread does.
    pub kernel: Vec<ThreadView>,
}

impl Stillness {
    /// The failure if something was still expected; `missing` says what, as in `no answer came`.
    pub fn failure(self, missing: &str) -> Failure {
        Failure::new(self.kind, format!("{missing}: {}", self.words)).kernel(self.kernel)
    }
}

/// Waits for the submission, by what the kernel shows of it.
pub trait Patience {
    /// Makes the `attempt` now, and again whenever something may have changed, until it is done. Gives up only when the
    /// kernel shows that nothing will change any more, after one last attempt, and then tells why.
    ///
    /// # Errors
    /// A fault of the grader, or of `attempt`.
    fn until(
        &self,
        watched: &[(BorrowedFd<'_>, Interest)],
        attempt: &mut dyn FnMut() -> io::Result<Attempt>,
    ) -> Step<Option<Stillness>>;

    /// Waits until the submission has read all that lies at its ends of these connections (the grader's address, then the submission's),
    /// and all its threads are blocked again, with nothing under way. Tells why if that will never be.
    ///
    /// # Errors
    /// A fault of the grader.
    fn consumed(&self, connections: &[(SocketAddr, SocketAddr)]) -> Step<Option<Stillness>>;

    /// Waits until the submission rests: at some instant all its threads were blocked, even in calls with a time limit, and nothing was
    /// under way. A thread that only wakes by the clock may still act later. Tells why if that will never be.
    ///
    /// # Errors
    /// A fault of the grader.
    fn rested(&self) -> Step<Option<Stillness>>;

    /// Tells that a connection exists between `ours`, the grader's, and `theirs`, the submission's.
    ///
    /// # Errors
    /// A fault of the grader.
    fn connected(&self, ours: SocketAddr, theirs: SocketAddr, by: Caller) -> Step;
}
