//! Why a measurement has no result: the row of the table ends there, or the tool itself failed.

use rustix::io::Errno;
use std::io;

/// Why there is no figure.
#[derive(Debug)]
pub(crate) enum Unmeasured {
    /// The model, the program or the machine cannot go further; the reason for the reader.
    Row(String),
    /// The tool failed; this says nothing about the program.
    Fault(String),
}

impl Unmeasured {
    pub(crate) fn row<T>(reason: impl Into<String>) -> Result<T, Unmeasured> {
        Err(Unmeasured::Row(reason.into()))
    }
}

impl From<io::Error> for Unmeasured {
    fn from(error: io::Error) -> Self {
        Unmeasured::Fault(error.to_string())
    }
}

impl From<Errno> for Unmeasured {
    fn from(error: Errno) -> Self {
        io::Error::from(error).into()
    }
}
