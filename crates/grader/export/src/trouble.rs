//! Why nothing is exported.

use cli::{Status, tell};
use std::fmt::Display;

/// Whose turn it is.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The user's: the command makes no sense here.
    Usage(String),
    /// The author's: the export itself failed.
    Failed(String),
}

impl Trouble {
    /// What failed while something was done.
    pub(crate) fn failed(what: impl Display) -> impl FnOnce(std::io::Error) -> Trouble {
        move |error| Trouble::Failed(format!("{what}: {error}"))
    }

    /// Tells it on standard error.
    pub(crate) fn tell(&self) -> Status {
        match self {
            Trouble::Usage(message) => tell(message, Status::WrongUse),
            Trouble::Failed(message) => {
                tell(format!("the export itself failed: {message}"), Status::GraderFailed)
            }
        }
    }
}
