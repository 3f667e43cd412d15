//! Part b: the client that prints each message.

use lab6_messages::{Framing, argument};
use std::process::ExitCode;

fn main() -> ExitCode {
    let host = argument(1, "host", "localhost".to_owned());
    let port = argument(2, "port", 6006);
    let framing = argument(3, "framing (lines or length)", Framing::Lines);
    match print_messages(&host, port, framing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("framed-client: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Connects to the server at `host` and `port`, says nothing, and prints each message that comes.
///
/// What must hold:
///
/// - Each message is printed on standard output as one line, as soon as it is whole and not later. Nothing else is printed there.
/// - It returns `Ok` when the server closes between two messages.
/// - Otherwise the error is a message for the user: the connection was refused or lost, the server closed in the middle of a message, or a
///   message is too long. What has come of a message that is not whole is not printed.
///
/// Checkpoints: L6.8, L6.9, L6.10; then L6.S5, L6.S6.
fn print_messages(host: &str, port: u16, framing: Framing) -> Result<(), String> {
    todo!("print the messages of {host}, port {port}, with framing {framing:?}")
}
