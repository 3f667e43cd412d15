//! Part a: the echo server that serves one client at a time.

use lab3_echo::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 3232);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo-server: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever.
///
/// What must hold:
///
/// - Clients reach it on every interface of the machine.
/// - Clients are served in the order of their arrival, each with the conversation that `lab3_echo::serve_client`
///   describes. No client gets anything before the one in front of it is done.
/// - It returns only when it cannot listen at all. What goes wrong with one client concerns that client alone.
/// - After the program was killed it can be started again on the same port at once.
///
/// Checkpoints: L3.1, L3.6, L3.7, L3.9.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, one at a time")
}
