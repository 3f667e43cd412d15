//! One process, one thread, blocking calls: one client after the other.

use reference_server_models::{attend, listener, pause};
use std::net::TcpListener;
use std::process::ExitCode;

/// The usual backlog of servers. All clients but one wait there.
const BACKLOG: i32 = 128;

fn main() -> ExitCode {
    match listener("reference-server-sequential", 2424, BACKLOG) {
        Ok(listener) => serve(&listener),
        Err(status) => status,
    }
}

/// Serves one client after the other, for ever.
///
/// The one thread is either in `accept` or in a read from the client that it has accepted, never in both. Meanwhile the
/// kernel connects further clients. They wait in the accept queue together with what they have already sent. For this
/// program they do not exist: they have no file descriptor.
fn serve(listener: &TcpListener) -> ! {
    loop {
        // Blocks while the accept queue is empty.
        match listener.accept() {
            // Blocks until this client is done, however long it is silent.
            Ok((client, address)) => attend(client, address),
            Err(error) => pause(&error),
        }
    }
}
