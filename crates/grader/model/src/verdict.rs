//! What became of a check. "The submission is wrong" ([`Failure`]) and "the grader broke" ([`Fault`]) are
//! different types from here to the exit status.

use crate::{Event, Record, ThreadView};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A short name for the way in which a clause was missed. Part of the result format: never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The program stopped at a `todo!` before doing anything, or a question has no answer yet.
    NotWritten,
    /// The program could not be started at all.
    NotStarted,
    /// The program does not listen where it should.
    NotListening,
    /// The program ended when it should have gone on.
    Exited,
    /// The program was ended by a signal, or by a panic or an uncaught exception.
    Crashed,
    /// The bytes that came are not those expected.
    Mismatch,
    /// Nothing came, and the kernel shows that nothing will.
    Silence,
    /// Something came where nothing should.
    Unexpected,
    /// The connection ended before what was expected had come.
    Ended,
    /// The connection was reset.
    Reset,
    /// The connection is still open where it should have been closed.
    StillOpen,
    /// The program does not read what it is sent.
    NotReading,
    /// The program used its budget of processor time without coming to an end.
    Busy,
    /// The program sleeps and wakes without answering.
    Asleep,
    /// The program goes on where it should have ended.
    StillRunning,
    /// The exit status is wrong.
    ExitStatus,
    /// What the program printed is wrong.
    Output,
    /// The kernel shows another structure (threads, processes, backlog) than asked for.
    Structure,
    /// The program used more of a resource than allowed.
    Resource,
    /// The program forbids inspection.
    Hidden,
}

impl Kind {
    /// Whether the program does nothing any more but is there: it waits for its peer, or for a time that is longer than a wait may be.
    /// For a clause that minds a still program, both are the same: a thread that only keeps time beside those that wait looks like the
    /// program's own sleep.
    pub fn is_still(self) -> bool {
        matches!(self, Kind::Silence | Kind::Asleep)
    }

    /// The name in results: `not_listening`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::NotWritten => "not_written",
            Kind::NotStarted => "not_started",
            Kind::NotListening => "not_listening",
            Kind::Exited => "exited",
            Kind::Crashed => "crashed",
            Kind::Mismatch => "mismatch",
            Kind::Silence => "silence",
            Kind::Unexpected => "unexpected",
            Kind::Ended => "ended",
            Kind::Reset => "reset",
            Kind::StillOpen => "still_open",
            Kind::NotReading => "not_reading",
            Kind::Busy => "busy",
            Kind::Asleep => "asleep",
            Kind::StillRunning => "still_running",
            Kind::ExitStatus => "exit_status",
            Kind::Output => "output",
            Kind::Structure => "structure",
            Kind::Resource => "resource",
            Kind::Hidden => "hidden",
        }
    }
}

/// Something to show as expected or as got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// Bytes of a stream, to be shown escaped, with a caret under the first that differs.
    Bytes(Vec<u8>),
    /// Words.
    Text(String),
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Shown::Text(text.to_owned())
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Shown::Text(text)
    }
}

/// Bytes as they came, or a word if none did.
impl From<&[u8]> for Shown {
    fn from(bytes: &[u8]) -> Self {
        if bytes.is_empty() { Shown::from("nothing") } else { Shown::Bytes(bytes.to_vec()) }
    }
}

/// How much of a clause is satisfied, in parts of equal weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Parts that are right.
    pub right: u32,
    /// All parts, at least one.
    pub of: u32,
}

impl Credit {
    /// All of it.
    pub const FULL: Credit = Credit { right: 1, of: 1 };
    /// Nothing.
    pub const NONE: Credit = Credit { right: 0, of: 1 };

    /// Whether nothing is missing.
    pub fn is_full(self) -> bool {
        self.right == self.of
    }

    /// Its share of `points`, rounded down.
    pub fn share(self, points: u32) -> u32 {
        points * self.right / self.of
    }
}

/// The submission does not satisfy the clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The way in which it was missed.
    pub kind: Kind,
    /// One sentence: what happened.
    pub summary: String,
    /// What should have come.
    pub expected: Option<Shown>,
    /// What came.
    pub got: Option<Shown>,
    /// What is right all the same, if the clause's parts are marked; never all of it.
    pub credit: Option<Credit>,
    /// The conversation up to the failure.
    pub transcript: Vec<Event>,
    /// What each thread of the submission was doing, when that explains the failure.
    pub kernel: Vec<ThreadView>,
    /// The end of what the program printed, standard output and standard error together.
    pub output: Vec<u8>,
}

impl Failure {
    /// A failure without evidence yet.
    pub fn new(kind: Kind, summary: impl Into<String>) -> Self {
        Failure {
            kind,
            summary: summary.into(),
            expected: None,
            got: None,
            credit: None,
            transcript: Vec::new(),
            kernel: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Says what should have come.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<Shown>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what came.
    #[must_use]
    pub fn got(mut self, got: impl Into<Shown>) -> Self {
        self.got = Some(got.into());
        self
    }

    /// Leaves out what lies far behind the first byte that differs: it would only be long.
    pub fn shorten(&mut self) {
        const BEHIND: usize = 4096;
        let same = match (&self.expected, &self.got) {
            (Some(Shown::Bytes(expected)), Some(Shown::Bytes(got))) => {
                expected.iter().zip(got).take_while(|(a, b)| a == b).count()
            }
            _ => 0,
        };
        for shown in [&mut self.expected, &mut self.got] {
            if let Some(Shown::Bytes(bytes)) = shown {
                bytes.truncate(same + BEHIND);
            }
        }
    }

    /// Makes all that is shown name what lies in this folder as if from within. Where a submission lies while it is graded is nobody's
    /// business, and of no use to its author.
    pub fn tell_from_within(&mut self, folder: &str) {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        if prefix.len() == 1 {
            return;
        }
        self.summary = self.summary.replace(&prefix, "");
        for shown in [&mut self.expected, &mut self.got].into_iter().flatten() {
            match shown {
                Shown::Text(text) => *text = text.replace(&prefix, ""),
                Shown::Bytes(bytes) => *bytes = without(bytes, prefix.as_bytes()),
            }
        }
        for event in &mut self.transcript {
            let told = without(&event.data, prefix.as_bytes());
            // Otherwise it would look cut.
            event.length -= (event.data.len() - told.len()) as u64;
            event.data = told;
        }
        self.output = without(&self.output, prefix.as_bytes());
    }

    /// Adds what the threads were doing.
    #[must_use]
    pub fn kernel(mut self, kernel: Vec<ThreadView>) -> Self {
        self.kernel = kernel;
        self
    }
}

/// The bytes without that part, wherever it stands.
fn without(bytes: &[u8], part: &[u8]) -> Vec<u8> {
    let (mut left, mut end) = (Vec::with_capacity(bytes.len()), 0);
    for place in memmem::find_iter(bytes, part) {
        left.extend(&bytes[end..place]);
        end = place + part.len();
    }
    left.extend(&bytes[end..]);
    left
}

/// The grader itself failed: a system call that must not fail did, a child of its own broke, or a limit of its own struck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What was tried and what came of it.
    pub message: String,
    /// Whether the machine had too little of something: memory, processes, ports, descriptors. It may have enough when less runs at the
    /// same time.
    pub is_scarcity: bool,
}

/// The errors by which Linux says that there is not enough of something (errno(3)). EAGAIN is fork(2)'s: other calls that give it are
/// waited for.
const SCARCITY: [i32; 9] = [
    11,  // EAGAIN
    12,  // ENOMEM
    23,  // ENFILE
    24,  // EMFILE
    28,  // ENOSPC
    87,  // EUSERS
    98,  // EADDRINUSE
    99,  // EADDRNOTAVAIL
    105, // ENOBUFS
];

impl Fault {
    /// A fault with its message.
    pub fn new(message: impl Into<String>) -> Self {
        Fault { message: message.into(), is_scarcity: false }
    }

    /// The same, if the machine had too little of something.
    pub fn scarcity(message: impl Into<String>) -> Self {
        Fault { message: message.into(), is_scarcity: true }
    }

    /// The same, with the error number that the system gave, if any.
    pub fn by(message: impl Into<String>, error: Option<i32>) -> Self {
        Fault { message: message.into(), is_scarcity: error.is_some_and(|error| SCARCITY.contains(&error)) }
    }

    /// The fault for an error that came of this: `starting a process`.
    pub fn at(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Fault::with(format!("{what}: {error}"), error)
    }

    fn with(message: String, error: &std::io::Error) -> Self {
        let fault = Fault::by(message, error.raw_os_error());
        Fault { is_scarcity: fault.is_scarcity || error.kind() == std::io::ErrorKind::OutOfMemory, ..fault }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Fault::with(error.to_string(), &error)
    }
}

/// Why a step of a check ended the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// The submission is wrong.
    Failed(Box<Failure>),
    /// The clause cannot be decided here; the text says why and how to change that.
    Skipped(String),
    /// The grader broke.
    Fault(Fault),
}

impl Stop {
    /// Adds to a failure's summary what makes it one here.
    #[must_use]
    pub fn remark(mut self, words: &str) -> Self {
        if let Stop::Failed(failure) = &mut self {
            failure.summary = format!("{}: {words}", failure.summary);
        }
        self
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(Box::new(failure))
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Fault(error.into())
    }
}

/// What each step of a check returns.
pub type Step<T = ()> = Result<T, Stop>;

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The submission satisfies the clause.
    Passed,
    /// It does not.
    Failed(Box<Failure>),
    /// It could not be decided here.
    Skipped(String),
    /// The grader broke; nothing is known about the submission.
    Error(Fault),
}

impl Verdict {
    /// The name in results: `passed`, `failed`, `skipped` or `error`.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed(_) => "failed",
            Verdict::Skipped(_) => "skipped",
            Verdict::Error(_) => "error",
        }
    }

    /// Whether it says anything about the submission. What was skipped, and where the grader broke, does not.
    pub fn is_decided(&self) -> bool {
        matches!(self, Verdict::Passed | Verdict::Failed(_))
    }

    /// How much of the clause is satisfied.
    pub fn credit(&self) -> Credit {
        match self {
            Verdict::Passed => Credit::FULL,
            Verdict::Failed(failure) => failure.credit.unwrap_or(Credit::NONE),
            Verdict::Skipped(_) | Verdict::Error(_) => Credit::NONE,
        }
    }
}

impl From<Step> for Verdict {
    fn from(step: Step) -> Self {
        match step {
            Ok(()) => Verdict::Passed,
            Err(Stop::Failed(failure)) => Verdict::Failed(failure),
            Err(Stop::Skipped(reason)) => Verdict::Skipped(reason),
            Err(Stop::Fault(fault)) => Verdict::Error(fault),
        }
    }
}

/// What became of a check, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// What was measured and what was predicted, if the clause is about a prediction.
    pub finding: Option<String>,
    /// What happened, if that was to be kept.
    pub record: Option<Record>,
    /// How many programs it started.
    pub starts: usize,
    /// Whether its programs were stopped for a limit on memory or on processes.
    pub lacked: bool,
    /// Processor time that its programs used plus time that all of them slept by their own choice.
    pub used: Duration,
    /// Whether they were stopped for a limit before anybody could talk to them.
    pub stopped_at_start: bool,
}

/// A verdict that no program's doings have led to.
impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Decision {
            verdict,
            finding: None,
            record: None,
            starts: 0,
            lacked: false,
            used: Duration::ZERO,
            stopped_at_start: false,
        }
    }
}

impl From<Fault> for Decision {
    fn from(fault: Fault) -> Self {
        Verdict::Error(fault).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_files_as_their_author_knows_them() {
        let traceback =
            |folder: &str| format!("  File \"{folder}server.py\", line 3\n  File \"{folder}lib/a.py\"\n");
        let mut failure =
            Failure::new(Kind::Ended, "/results/7/own/server.py ended").got(traceback("/results/7/own/"));
        failure.output = traceback("/results/7/own/").into_bytes();
        let start = b"server /results/7/own/server.py 80".to_vec();
        let length = start.len() as u64;
        failure.transcript.push(Event {
            t_us: 0,
            peer: "server".to_owned(),
            action: crate::Action::Start,
            data: start,
            length,
        });
        failure.tell_from_within("/results/7/own");
        assert_eq!(failure.summary, "server.py ended");
        assert_eq!(failure.got, Some(Shown::Text(traceback(""))));
        assert_eq!(failure.output, traceback("").into_bytes());
        let start = &failure.transcript[0];
        assert_eq!((&*start.data, start.length), (&b"server server.py 80"[..], 19));
        let before = failure.clone();
        failure.tell_from_within("/");
        assert_eq!(failure, before);
    }
}
