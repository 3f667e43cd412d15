//! What keeps a command from doing its work, how that is told, and the exit statuses.

use runner::RunError;
use std::io;
use std::process::ExitCode;

/// The exit statuses, as the help promises them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Every core clause that was checked passed, or there was nothing to check.
    Passed = 0,
    /// Some core clause did not pass.
    NotPassed = 1,
    /// The command makes no sense.
    WrongUse = 2,
    /// The grader itself failed.
    GraderFailed = 3,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}

/// Why there are no results.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The command makes no sense; the text says what is wrong with it.
    Usage(String),
    /// A package does not compile; cargo has already said why.
    Build { package: String },
    /// The grader itself failed.
    Grader(String),
}

impl Trouble {
    /// Tells it on standard error.
    pub(crate) fn tell(&self) -> Status {
        match self {
            Trouble::Usage(message) => {
                anstream::eprintln!("error: {message}");
                Status::WrongUse
            }
            Trouble::Build { package } => {
                anstream::eprintln!(
                    "error: {package} does not compile, so none of its clauses can be checked"
                );
                Status::NotPassed
            }
            Trouble::Grader(message) => {
                let message = report::escape::text(message);
                anstream::eprintln!(
                    "error: the grader itself failed; this says nothing about the program: {message}"
                );
                Status::GraderFailed
            }
        }
    }
}

impl From<RunError> for Trouble {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Build { package } => Trouble::Build { package },
            RunError::Usage(message) => Trouble::Usage(message),
            RunError::Fault(fault) => Trouble::Grader(fault.message),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Grader(format!("cannot write the results: {error}"))
    }
}
