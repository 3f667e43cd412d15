//! The streaming time server, the reference program of lab 2: it tells the time to each client, a line at a
//! time with a pause between, and serves one client after the other.
//!
//! This file accepts the clients. [`stream`] is what one of them gets: [`schedule`] says when, [`clock`] says
//! what, and [`closing`] ends the connection.

mod arguments;
mod clock;
mod closing;
mod listening;
mod log;
mod schedule;
mod stream;

use arguments::{Settings, USAGE};
use log::log;
use std::env;
use std::io::{self, ErrorKind, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    let words: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if words.iter().any(|word| word == "--help") {
        // Printing fails when nobody reads; that is no reason for a program to panic, as `println!` would.
        let _ = writeln!(io::stdout(), "{USAGE}");
        return ExitCode::SUCCESS;
    }
    let settings = match arguments::read(&words) {
        Ok(settings) => settings,
        Err(mistake) => {
            log(format_args!("{mistake}; {}", USAGE.lines().next().unwrap_or_default()));
            return ExitCode::from(2);
        }
    };
    match listening::listen(settings.port) {
        Ok(listener) => serve(&listener, &settings),
        Err(error) => {
            log(format_args!("cannot listen on port {}: {error}", settings.port));
            ExitCode::FAILURE
        }
    }
}

/// Serves one client after the other, for ever.
///
/// There is one thread. While it is with a client, be it asleep or in a write, nobody calls `accept`; the
/// kernel connects further clients all the same, and they wait in the accept queue until their turn comes.
fn serve(listener: &TcpListener, settings: &Settings) -> ! {
    loop {
        // Blocks until a client has connected. What it returns is a second socket, for this client alone.
        match listener.accept() {
            Ok((client, address)) => stream::attend(client, address, settings),
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // The machine is short of something, and the client stays in the queue: at once the same would
            // happen again.
            Err(error) => {
                log(format_args!("cannot accept: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
