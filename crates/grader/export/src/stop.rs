//! Why nothing is exported.

use std::fmt::Display;
use std::process::ExitCode;

/// The exit status where the export itself failed.
pub(crate) const FAILED: u8 = 3;

/// Whose turn it is.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The user's: the command makes no sense here.
    Usage(String),
    /// The author's: the export itself failed.
    Failed(String),
}

impl Stop {
    /// What failed while something was done.
    pub(crate) fn failed(what: impl Display) -> impl FnOnce(std::io::Error) -> Stop {
        move |error| Stop::Failed(format!("{what}: {error}"))
    }

    /// Tells it on standard error, with the exit status that the command line promises.
    pub(crate) fn tell(&self) -> ExitCode {
        match self {
            Stop::Usage(message) => {
                anstream::eprintln!("error: {message}");
                ExitCode::from(2)
            }
            Stop::Failed(message) => {
                anstream::eprintln!("error: the export itself failed: {message}");
                ExitCode::from(FAILED)
            }
        }
    }
}
