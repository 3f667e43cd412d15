//! A listening socket with a queue for four connections. The program accepts none of them until the user says so.

use reference_common::{LineReader, close, listen, log, read_arguments};
use reference_echo::LINE_LIMIT;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

const USAGE: &str = "reference-bounded-listener [port]";

/// How many connections may wait to be accepted. (Linux lets a fifth in: it takes the queue for full only when more
/// than four wait.)
const BACKLOG: i32 = 4;

fn main() -> ExitCode {
    let port = match read_arguments(USAGE, |arguments| arguments.next_port(2367)) {
        Ok(port) => port,
        Err(status) => return status,
    };
    match run(port) {
        Ok(count) => {
            log(format_args!("accepted {count} waiting connections"));
            ExitCode::SUCCESS
        }
        Err(message) => {
            log(message);
            ExitCode::FAILURE
        }
    }
}

/// Listens, waits for the user, accepts all waiting clients, and returns their number.
fn run(port: u16) -> Result<usize, String> {
    let listener = listen(port, BACKLOG).map_err(|error| format!("cannot listen on port {port}: {error}"))?;
    log(format_args!("listening on port {port} with a backlog of {BACKLOG}; a line accepts all who wait"));
    // The program is blocked here and accepts no client. Still, clients connect: the kernel completes their
    // handshakes. The end of the input counts as a line, since nothing will follow it.
    LineReader::new(io::stdin().lock(), LINE_LIMIT)
        .read()
        .map_err(|error| format!("cannot read standard input: {error}"))?;
    let waiting = accept_all(&listener).map_err(|error| format!("cannot accept: {error}"))?;
    let count = waiting.len();
    waiting.iter().for_each(close);
    Ok(count)
}

/// Empties the accept queue.
///
/// A blocking `accept` on an empty queue would wait for another client. Only a non-blocking one can report that no
/// client waits any more.
fn accept_all(listener: &TcpListener) -> io::Result<Vec<TcpStream>> {
    listener.set_nonblocking(true)?;
    let mut waiting = Vec::new();
    loop {
        match listener.accept() {
            Ok((client, _)) => waiting.push(client),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(waiting),
            // This client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}
