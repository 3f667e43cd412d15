//! One process, one thread, non-blocking sockets: one call that waits for all of them.

use lab5_server_models::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 2525);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server-multiplexed: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever, in turns.
///
/// What must hold:
///
/// - Each client gets the conversation that `lab5_server_models::Conversation` describes: the connection ends after `bye`
///   and after end of file, when all answers have been sent. Checkpoints: L5.1, L5.2, L5.3.
/// - What goes wrong with one client concerns that client alone. An error is returned only when it cannot listen at all.
///   Checkpoints: L5.4.
/// - Whatever the number of clients, there is one thread, and while all are silent it is in `poll` (or `select`), without
///   a time-out. No other call ever blocks. Checkpoints: L5.8.
/// - No client waits for another, not even for one that never reads its answers. Checkpoints: L5.10; then L5.S3, L5.S1,
///   L5.S2.
/// - With no file descriptor left, it waits without using the processor, goes on with the clients that it has, and accepts
///   again when there is one. Checkpoints: L5.S4.
///
/// And what will the kernel show? Checkpoints: L5.11.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, all in one thread")
}
