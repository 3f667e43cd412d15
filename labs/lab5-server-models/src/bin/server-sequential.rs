//! One process, one thread, blocking calls: one client after the other.

use lab5_server_models::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 2424);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server-sequential: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever, one at a time.
///
/// What must hold:
///
/// - Each client gets the conversation that `lab5_server_models::Conversation` describes: the connection ends after `bye`
///   and after end of file, when all answers have been sent. Checkpoints: L5.1, L5.2, L5.3.
/// - What goes wrong with one client concerns that client alone. An error is returned only when it cannot listen at all.
///   Checkpoints: L5.4.
/// - Whatever the number of clients, there is one thread. While the first client is silent, the thread is in a read from it;
///   the others are connected and wait in the accept queue. Checkpoints: L5.5.
///
/// And what will the kernel show? Checkpoints: L5.11.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, one after the other")
}
