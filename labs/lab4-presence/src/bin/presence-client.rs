//! The client: it sends what its user types to the room, and prints what happens in the room.

use lab4_presence::argument;
use std::process::ExitCode;

fn main() -> ExitCode {
    let host = argument(1, "host", "localhost".to_owned());
    let port = argument(2, "port", 9907);
    let name = argument(3, "name", String::new());
    if name.is_empty() {
        eprintln!("usage: presence-client host port name");
        return ExitCode::from(2);
    }
    match visit(&host, port, &name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("presence-client: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Visits the room at `host` and `port` as `name`, until the user has left or the server is gone.
///
/// What must hold:
///
/// - The server has got `HELLO <name>\n` as soon as there is a connection.
/// - Each line from the server appears on standard output when it arrives, on a pipe as on a terminal, whether
///   or not the user is typing. Each line of standard input is sent as soon as it has been read.
/// - The user leaves with the line BYE, in any case, and no more input is read; or with the end of the
///   input, and the server gets `BYE\n`. Lines that still come are printed, and the result is `Ok` once the
///   server has closed.
/// - If there was no connection, or it ended before the user had left: the result is an error whose message
///   says so to the user. It does not wait for input that may never come.
///
/// Checkpoints: L4.14, L4.15, L4.16.
fn visit(host: &str, port: u16, name: &str) -> Result<(), String> {
    todo!("visit the room at {host}, port {port}, as {name}")
}
