//! Messages to the user of the program.

use std::fmt;
use std::io::{self, Write};

/// Writes one line to standard error.
///
/// `eprintln!` panics if the line cannot be written, for example because the terminal is gone. A server should
/// outlive its terminal, so here a message that nobody can read is dropped.
pub fn log(message: impl fmt::Display) {
    // One write for the whole line, so that the lines of two threads do not mix.
    let _ = io::stderr().write_all(format!("{message}\n").as_bytes());
}
