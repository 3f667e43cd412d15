//! The dumb HTTP client, the reference program of lab 1: it connects, sends a sentence that is no HTTP at all,
//! and prints whatever comes back until the server closes.
//!
//! This file reads the arguments and turns errors into messages; [`connection`] finds a server that answers,
//! [`exchange`] talks to it.

mod connection;
mod exchange;

use reference_common::{log, read_arguments};
use std::io;
use std::process::ExitCode;

const USAGE: &str = "reference-dumb-http-client [host] [port]";
const DEFAULT_HOST: &str = "www.heig-vd.ch";
const DEFAULT_PORT: u16 = 80;

fn main() -> ExitCode {
    let arguments = read_arguments(USAGE, |arguments| {
        Ok((arguments.next("a host", DEFAULT_HOST.to_owned())?, arguments.next_port(DEFAULT_PORT)?))
    });
    let (host, port) = match arguments {
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

/// The whole life of the program; the error is the message for its user.
fn run(host: &str, port: u16) -> Result<(), String> {
    let server = connection::open(host, port).map_err(|error| error.to_string())?;
    // Locked once, so that the loop of reads and writes does not lock it each time.
    let console = io::stdout().lock();
    exchange::run(&server, console).map_err(|error| error.to_string())
}
