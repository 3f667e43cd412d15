//! The dumb HTTP client, the reference program of lab 1: it connects, sends a sentence that is not HTTP at
//! all, and prints everything that comes back until the server closes.
//!
//! This file reads the arguments and turns errors into messages; [`connection`] finds a server that answers,
//! [`exchange`] talks to it.

mod connection;
mod exchange;

use reference_common::{Arguments, log, read_arguments};
use std::io;
use std::process::ExitCode;

const USAGE: &str = "reference-dumb-http-client [host] [port]";
const DEFAULT_HOST: &str = "www.heig-vd.ch";
const DEFAULT_PORT: u16 = 80;

fn main() -> ExitCode {
    let (host, port) = match read_arguments(USAGE, target) {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match run(&host, port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            log(message);
            ExitCode::FAILURE
        }
    }
}

fn target(arguments: &mut Arguments) -> Result<(String, u16), String> {
    Ok((arguments.next("a host", DEFAULT_HOST.to_owned())?, arguments.next_port(DEFAULT_PORT)?))
}

/// The whole program. The error is the message for its user.
fn run(host: &str, port: u16) -> Result<(), String> {
    let server = connection::open(host, port).map_err(|error| error.to_string())?;
    // Locked once, so that the loop of reads and writes does not lock it each time.
    let console = io::stdout().lock();
    exchange::run(&server, console).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reference_common::parse_arguments;

    fn arguments(words: &[&str]) -> Result<(String, u16), String> {
        parse_arguments(words.iter().map(|word| word.to_string()).collect(), target)
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
