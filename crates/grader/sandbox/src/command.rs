//! What is started, and what is told of its end.

use crate::Limits;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// What to start.
#[derive(Clone, Debug)]
pub struct Command {
    /// The executable, as an absolute path.
    pub program: PathBuf,
    /// Its arguments, without its own name.
    pub arguments: Vec<String>,
    /// The folder that it starts in.
    pub directory: PathBuf,
    /// Variables of its environment beside those that every submission gets; a PATH replaces the grader's.
    pub environment: Vec<(String, String)>,
    /// What it may use.
    pub limits: Limits,
    /// The soft and the hard limit on open descriptors, if a check sets them.
    pub open_files: Option<u64>,
    /// Whether its output is thrown away, so that nobody has to read it.
    pub quiet: bool,
}

/// How a process of a submission ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It never ran: the error number of execve(2) or of a step before it.
    NotStarted(i32),
    /// It exited with this status.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
}

/// What init reports: how the submission's first process ended and, if others outlive it, how the last of these did.
#[derive(Clone, Copy)]
pub(crate) struct Report {
    pub(crate) ended: Ended,
    /// Whether no process is left.
    pub(crate) is_last: bool,
}

impl Report {
    pub(crate) const LENGTH: usize = 6;

    pub(crate) fn encode(self) -> [u8; Self::LENGTH] {
        let (tag, value) = match self.ended {
            Ended::NotStarted(error) => (0, error),
            Ended::Exited(code) => (1, code),
            Ended::Signalled(signal) => (2, signal),
        };
        let [a, b, c, d] = value.to_le_bytes();
        [self.is_last.into(), tag, a, b, c, d]
    }

    pub(crate) fn decode([is_last, tag, value @ ..]: [u8; Self::LENGTH]) -> Self {
        let value = i32::from_le_bytes(value);
        let ended = match tag {
            0 => Ended::NotStarted(value),
            1 => Ended::Exited(value),
            _ => Ended::Signalled(value),
        };
        Report { ended, is_last: is_last != 0 }
    }
}

/// The names of signals by their numbers (signal(7), as on x86 and ARM).
const SIGNALS: [&str; 32] = [
    "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
    "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::NotStarted(error) => {
                write!(f, "could not be started: {}", io::Error::from_raw_os_error(*error))
            }
            Ended::Exited(code) => write!(f, "exited with status {code}"),
            Ended::Signalled(signal) => {
                match usize::try_from(*signal).ok().and_then(|signal| SIGNALS.get(signal)) {
                    Some(name) => write!(f, "was ended by signal {signal} (SIG{name})"),
                    None => write!(f, "was ended by signal {signal}"),
                }
            }
        }
    }
}

/// The submission's ends of its standard streams.
pub(crate) struct Stdio {
    pub(crate) input: OwnedFd,
    pub(crate) output: OwnedFd,
    pub(crate) error: OwnedFd,
}

#[cfg(test)]
mod tests {
    use super::Ended;

    #[test]
    fn a_signal_has_the_name_that_manual_pages_give_it() {
        let told = |signal| Ended::Signalled(signal).to_string();
        assert_eq!(told(6), "was ended by signal 6 (SIGABRT)");
        assert_eq!(told(31), "was ended by signal 31 (SIGSYS)");
        assert_eq!(told(34), "was ended by signal 34");
    }
}
