//! Part b: the echo client, which tests an echo server.

use lab3_echo::argument;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let host = argument(1, "host", "localhost".to_owned());
    let port = argument(2, "port", 3232);
    let timeout = Duration::from_millis(argument(3, "time-out in milliseconds", 10_000));
    match test(&host, port, timeout) {
        Ok(()) => {
            println!("The server answered as expected.");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("echo-client: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Tests the server at `host` and `port` with one conversation.
///
/// What must hold when it returns:
///
/// - If there is a connection, the server has got exactly `ThIS is a TeSt\n` (or nothing, if its greeting was wrong).
/// - `Ok` if and only if the server sent `HELLO\n` and then `THIS IS A TEST\n`, in whatever pieces they came.
/// - Otherwise the error is a message for the user: what was expected and what came; or that the connection was refused
///   or lost; or that no answer came in time. The conversation has not taken longer than `timeout`.
///
/// Checkpoints: L3.10, L3.11, L3.12, L3.13; then L3.S5.
fn test(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    todo!("test the server at {host}, port {port}, for at most {timeout:?}")
}
