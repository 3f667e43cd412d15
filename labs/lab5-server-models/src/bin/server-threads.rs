//! One process, a thread for each client, blocking calls.

use lab5_server_models::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 2323);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server-threads: cannot serve on port {port}: {error}");
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
/// - With n clients one process has n + 1 threads: one in `accept`, each of the others in a read from its client. When
///   a client leaves, its thread ends. Checkpoints: L5.7.
/// - No client waits for another. Checkpoints: L5.10; then L5.S1, L5.S3.
/// - With no file descriptor left, it waits without using the processor, and serves again when there is one. Checkpoints:
///   L5.S4.
///
/// And what will the kernel show? Checkpoints: L5.11.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, each in a thread of its own")
}
