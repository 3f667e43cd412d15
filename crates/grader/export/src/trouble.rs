//! Why nothing is exported.

use cli::{Status, tell};
use std::fmt::Display;

/// Who has to act.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The user: the command is not valid here.
    Usage(String),
    /// The author: the export itself failed.
    Failed(String),
}

impl Trouble {
    /// The error of a step.
    pub(crate) fn failed(what: impl Display) -> impl FnOnce(std::io::Error) -> Trouble {
        move |error| Trouble::Failed(format!("{what}: {error}"))
    }

    /// Writes it to standard error.
    pub(crate) fn tell(&self) -> Status {
        match self {
            Trouble::Usage(message) => tell(message, Status::WrongUse),
            Trouble::Failed(message) => {
                tell(format!("the export itself failed: {message}"), Status::GraderFailed)
            }
        }
    }
}
