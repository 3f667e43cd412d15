//! What the two programs of lab 4 share. `README.md` has the lesson and the clauses.
//!
//! You may change all of this, add modules and move things: the checks see only the programs. Both programs need to read
//! complete lines from a stream.

use std::env;
use std::process;
use std::str::FromStr;

/// The argument at `position` (the first is 1), or `default` when there is none.
///
/// Ends the program with status 2 when the argument cannot be read as a `T`.
pub fn argument<T: FromStr>(position: usize, name: &str, default: T) -> T {
    let Some(word) = env::args().nth(position) else { return default };
    word.parse().unwrap_or_else(|_| {
        eprintln!("{word:?} is not a valid {name}");
        process::exit(2)
    })
}
