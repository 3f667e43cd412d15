//! A process for each client, one thread in each, blocking calls.

use lab5_server_models::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 3490);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server-processes: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever, all at the same time.
///
/// What must hold:
///
/// - Each client gets the conversation that `lab5_server_models::Conversation` describes: the connection ends after `bye`
///   and after end of file, when all answers have been sent. Checkpoints: L5.1, L5.2, L5.3.
/// - What goes wrong with one client concerns that client alone. An error is returned only when it cannot listen at all.
///   Checkpoints: L5.4.
/// - With n clients there are n + 1 processes of one thread each: one in `accept`, each of the others in a read from its
///   client. When a client leaves, its process ends, and no zombie stays. Checkpoints: L5.6.
/// - No client waits for another. Checkpoints: L5.10; then L5.S1, L5.S3.
/// - It can be started again on its port at once, even if children are still with their clients.
///
/// And what will the kernel show? Checkpoints: L5.11.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, each in a process of its own")
}
