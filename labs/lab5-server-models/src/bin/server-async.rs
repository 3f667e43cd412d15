//! One process, an event loop, and a task for each client.

use lab5_server_models::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 9907);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server-async: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever, each with a task of its own on one runtime.
///
/// What must hold:
///
/// - Each client gets the conversation that `lab5_server_models::Conversation` describes: the connection ends after `bye`
///   and after end of file, when all answers have been sent. Checkpoints: L5.1, L5.2, L5.3.
/// - What goes wrong with one client concerns that client alone. An error is returned only when it cannot listen at all.
///   Checkpoints: L5.4.
/// - The number of threads does not grow with the number of clients. While all clients are silent, the event loop is in
///   `epoll_wait`, or in the call that another system has for this. Checkpoints: L5.9.
/// - No client waits for another: no task ever makes a call that blocks. Checkpoints: L5.10; then L5.S3, L5.S1, L5.S2.
/// - With no file descriptor left, it waits without using the processor, goes on with the clients that it has, and accepts
///   again when there is one. Checkpoints: L5.S4.
///
/// And what will the kernel show? Checkpoints: L5.11.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, each in a task of its own")
}
