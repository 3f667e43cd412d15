//! Positional arguments, each with a default, so that every program can be started without any.

use crate::log;
use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;

/// The words after the program's name, taken one by one.
#[derive(Debug)]
pub struct Arguments {
    words: std::vec::IntoIter<String>,
}

impl Arguments {
    /// Takes the next word as a `T`, or `default` if there is none. `what` says in words what the argument must be.
    ///
    /// # Errors
    /// When the word is not a `T`: the message for the user.
    pub fn next<T: FromStr>(&mut self, what: &str, default: T) -> Result<T, String> {
        let Some(word) = self.words.next() else { return Ok(default) };
        word.parse().map_err(|_| format!("{word:?} is not {what}"))
    }

    /// Takes the next word as a port, or `default` if there is none.
    ///
    /// # Errors
    /// When the word is not a number from 0 to 65535: the message for the user.
    pub fn next_port(&mut self, default: u16) -> Result<u16, String> {
        self.next("a port, a number from 0 to 65535", default)
    }
}

/// Lets `read` take the program's arguments.
///
/// # Errors
/// The status to exit with: after `--help` has printed `usage`, or after a wrong argument was reported together with the
/// first line of `usage`.
pub fn read_arguments<T>(
    usage: &str,
    read: impl FnOnce(&mut Arguments) -> Result<T, String>,
) -> Result<T, ExitCode> {
    let words: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if words.iter().any(|word| word == "--help") {
        // Printing fails if nobody reads the output. That is no reason for a program to panic, as `println!` would.
        let _ = writeln!(io::stdout(), "usage: {usage}");
        return Err(ExitCode::SUCCESS);
    }
    parse_arguments(words, read).map_err(|mistake| {
        log(format_args!("{mistake}; usage: {}", usage.lines().next().unwrap_or_default()));
        ExitCode::from(2)
    })
}

/// Lets `read` take these words, all of them.
///
/// # Errors
/// When one is wrong or left over: the message for the user.
pub fn parse_arguments<T>(
    words: Vec<String>,
    read: impl FnOnce(&mut Arguments) -> Result<T, String>,
) -> Result<T, String> {
    let mut arguments = Arguments { words: words.into_iter() };
    let values = read(&mut arguments)?;
    match arguments.words.next() {
        Some(surplus) => Err(format!("there is one argument too many: {surplus:?}")),
        None => Ok(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(words: &[&str]) -> Result<u16, String> {
        parse_arguments(words.iter().map(|word| word.to_string()).collect(), |arguments| {
            arguments.next_port(3232)
        })
    }

    #[test]
    fn a_missing_argument_has_its_default() {
        assert_eq!(port(&[]), Ok(3232));
        assert_eq!(port(&["80"]), Ok(80));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for words in [&["x"][..], &["65536"], &["-1"], &["80", "x"]] {
            let message = port(words).unwrap_err();
            assert!(message.contains(&format!("{:?}", words[words.len() - 1])), "{message}");
        }
    }
}
