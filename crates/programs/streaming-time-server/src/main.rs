//! The streaming time server, the reference program of lab 2: it tells each client the time, line by line with a pause
//! between, and serves one client after the other.
//!
//! This file accepts the clients. [`stream`] is the conversation with one of them: [`schedule`] decides when a line is
//! sent, and [`clock`] decides its content.

mod clock;
mod schedule;
mod stream;

use reference_common::{Arguments, listen, log, read_arguments};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const USAGE: &str = "\
reference-streaming-time-server [port] [pause_ms] [iterations]

port        where to listen (2205)
pause_ms    from one line to the next, in milliseconds (1000)
iterations  how many lines each client gets (15)

A client that does not read is given up when the server could not write to it for 2 s.";

/// How many connections may wait to be accepted. In a server that takes one client at a time, all other clients are in
/// this queue.
const BACKLOG: i32 = 128;

/// What the user can choose.
#[derive(Debug, PartialEq, Eq)]
struct Settings {
    /// The pause from one line to the next, in milliseconds.
    pause_ms: u64,
    /// How many lines each client gets.
    iterations: u64,
}

fn main() -> ExitCode {
    let (port, settings) = match read_arguments(USAGE, port_and_settings) {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match listen(port, BACKLOG) {
        Ok(listener) => serve(&listener, &settings),
        Err(error) => {
            log(format_args!("cannot listen on port {port}: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn port_and_settings(arguments: &mut Arguments) -> Result<(u16, Settings), String> {
    let port = arguments.next_port(2205)?;
    let pause_ms = arguments.next("a pause, a number of milliseconds", 1000)?;
    let iterations = arguments.next("a number of iterations", 15)?;
    Ok((port, Settings { pause_ms, iterations }))
}

/// Serves one client after the other, for ever.
///
/// There is one thread. While it is with a client, asleep or in a write, it does not call `accept`. The kernel still
/// connects further clients, and they wait in the accept queue until their turn comes.
fn serve(listener: &TcpListener, settings: &Settings) -> ! {
    loop {
        // Blocks until a client has connected. What it returns is a second socket, for this client alone.
        match listener.accept() {
            Ok((client, address)) => stream::attend(client, address, settings),
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // The machine lacks some resource, and the client stays in the queue: an immediate retry would fail in the
            // same way.
            Err(error) => {
                log(format_args!("cannot accept: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reference_common::parse_arguments;

    fn arguments(words: &[&str]) -> Result<(u16, Settings), String> {
        parse_arguments(words.iter().map(|word| word.to_string()).collect(), port_and_settings)
    }

    #[test]
    fn arguments_that_are_left_out_have_defaults() {
        assert_eq!(arguments(&[]), Ok((2205, Settings { pause_ms: 1000, iterations: 15 })));
        assert_eq!(arguments(&["80", "0"]), Ok((80, Settings { pause_ms: 0, iterations: 15 })));
        assert_eq!(arguments(&["80", "5", "3"]), Ok((80, Settings { pause_ms: 5, iterations: 3 })));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for words in [&["65536"][..], &["80", "-1"], &["80", "1", "many"], &["80", "1", "2", "more"]] {
            let message = arguments(words).unwrap_err();
            assert!(message.contains(&format!("{:?}", words[words.len() - 1])), "{message}");
        }
    }
}
