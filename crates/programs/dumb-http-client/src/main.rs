//! The dumb HTTP client, the reference program of lab 1: it connects, sends a sentence that is no HTTP at all,
//! and prints whatever comes back until the server closes.
//!
//! This file reads the arguments and turns errors into messages; [`connection`] finds a server that answers,
//! [`exchange`] talks to it.

mod connection;
mod exchange;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: reference-dumb-http-client [host] [port]";
const DEFAULT_HOST: &str = "www.heig-vd.ch";
const DEFAULT_PORT: u16 = 80;

fn main() -> ExitCode {
    let words: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if words.iter().any(|word| word == "--help") {
        // Printing fails when nobody reads; that is no reason for a program to panic, as `println!` would.
        let _ = writeln!(io::stdout(), "{USAGE}");
        return ExitCode::SUCCESS;
    }
    let (host, port) = match read_arguments(&words) {
        Ok(target) => target,
        Err(mistake) => return complain(&format!("{mistake}; {USAGE}"), 2),
    };
    match run(host, port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => complain(&message, 1),
    }
}

fn read_arguments(words: &[String]) -> Result<(&str, u16), String> {
    if let Some(surplus) = words.get(2) {
        return Err(format!("there is one argument too many: {surplus:?}"));
    }
    let host = words.first().map_or(DEFAULT_HOST, String::as_str);
    let port = match words.get(1) {
        Some(word) => {
            word.parse().map_err(|_| format!("the port must be a number from 0 to 65535, not {word:?}"))?
        }
        None => DEFAULT_PORT,
    };
    Ok((host, port))
}

/// The whole life of the program; the error is the message for its user.
fn run(host: &str, port: u16) -> Result<(), String> {
    let server = connection::open(host, port).map_err(|error| error.to_string())?;
    // Locked once, so that the loop of reads and writes does not lock it each time.
    let console = io::stdout().lock();
    exchange::run(&server, console).map_err(|error| error.to_string())
}

fn complain(message: &str, status: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "reference-dumb-http-client: {message}");
    ExitCode::from(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Result<(String, u16), String> {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        read_arguments(&words).map(|(host, port)| (host.to_owned(), port))
    }

    #[test]
    fn arguments_that_are_left_out_have_defaults() {
        assert_eq!(arguments(&[]), Ok((DEFAULT_HOST.to_owned(), 80)));
        assert_eq!(arguments(&["localhost"]), Ok(("localhost".to_owned(), 80)));
        assert_eq!(arguments(&["::1", "8080"]), Ok(("::1".to_owned(), 8080)));
    }

    #[test]
    fn wrong_arguments_are_named() {
        assert!(arguments(&["localhost", "65536"]).unwrap_err().contains("\"65536\""));
        assert!(arguments(&["localhost", "80", "more"]).unwrap_err().contains("\"more\""));
    }
}
