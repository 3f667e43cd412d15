//! Part c: the echo server with one thread for each client.

use lab3_echo::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 3232);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo-server-threaded: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever, all at the same time.
///
/// What must hold:
///
/// - Each client gets the conversation that `lab3_echo::serve_client` describes, and no client waits for another.
/// - While n clients are connected and silent, the process has n + 1 threads: one waits in `accept`, and each of
///   the others waits in a read from its client. When a client has gone, its thread has ended.
/// - It returns only when it cannot listen at all. With no file descriptor left, it waits without using the processor,
///   and serves again when there is one (stretch).
///
/// Checkpoints: L3.14, L3.15, L3.16; then L3.S6.
fn serve(port: u16) -> io::Result<()> {
    todo!("serve clients on port {port}, each in a thread of its own")
}
