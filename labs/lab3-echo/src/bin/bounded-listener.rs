//! Part d: a listening socket with a backlog of four, which accepts no client before the user says so.

use lab3_echo::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 2367);
    match hold(port) {
        Ok(count) => {
            eprintln!("accepted {count} waiting connections");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bounded-listener: port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Lets clients wait on `port` until a line arrives on standard input. Then accepts them and returns their number.
///
/// What must hold:
///
/// - The kernel's backlog for the port is 4: `ss -ltn` shows it under Send-Q.
/// - Before the line comes, clients can connect, but no connection is accepted.
/// - When it returns, every connection that was waiting has been accepted. It does not wait for another one.
///
/// Checkpoints: L3.17, L3.18.
fn hold(port: u16) -> io::Result<usize> {
    todo!("let clients wait on port {port}")
}
