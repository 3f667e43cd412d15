//! The errors that stop a command, and how they are reported.

use cli::{Status, tell};
use runner::RunError;
use std::io;

/// Why there are no results.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The command is not valid; the text says why.
    Usage(String),
    /// A package does not compile; cargo has already said why.
    Build { package: String },
    /// The grader itself failed.
    Grader(String),
}

impl Trouble {
    /// Writes it to standard error.
    pub(crate) fn tell(&self) -> Status {
        match self {
            Trouble::Usage(message) => tell(message, Status::WrongUse),
            Trouble::Build { package } => {
                let why = format!("{package} does not compile, so none of its clauses can be checked");
                tell(why, Status::NotPassed)
            }
            Trouble::Grader(message) => {
                let message = report::escape::text(message);
                let why = format!("the grader itself failed; this says nothing about the program: {message}");
                tell(why, Status::GraderFailed)
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
