//! One process, a thread for each client, blocking calls.

use reference_common::log;
use reference_server_models::{BACKLOG, attend, listener, pause};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;

/// The stack of a client's thread, in bytes. Its calls are not deep; with the usual 2 MiB, a thousand idle clients would
/// reserve 2 GiB of address space.
const STACK_SIZE: usize = 128 << 10;

fn main() -> ExitCode {
    match listener("reference-server-threads", 2323, BACKLOG) {
        Ok(listener) => serve(&listener),
        Err(status) => status,
    }
}

/// Accepts clients for ever and starts a thread for each one.
///
/// This first thread is always in `accept`, and each other one in a read from its client. All of them share the memory
/// and the table of descriptors, so no socket has to be closed twice, and a socket can move to its thread.
fn serve(listener: &TcpListener) -> ! {
    loop {
        // Blocks while the accept queue is empty.
        let (client, address) = match listener.accept() {
            Ok(connection) => connection,
            Err(error) => {
                pause(&error);
                continue;
            }
        };
        // This does not wait for the thread, now or later: the thread blocks in place of this one, and ends when its
        // client is done.
        let thread = thread::Builder::new().stack_size(STACK_SIZE);
        if let Err(error) = thread.spawn(move || attend(client, address)) {
            // The client's socket was dropped with the closure, so its connection is closed.
            log(format_args!("{address}: turned away, there is no thread to serve it: {error}"));
        }
    }
}
