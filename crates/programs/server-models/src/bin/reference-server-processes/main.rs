//! A process for each client, one thread in each, blocking calls.

mod fork;

use fork::{Fork, fork, let_kernel_reap};
use reference_common::log;
use reference_server_models::{BACKLOG, attend, listener, pause};
use std::net::TcpListener;
use std::process::{self, ExitCode};

fn main() -> ExitCode {
    match listener("reference-server-processes", 3490, BACKLOG) {
        Ok(listener) => serve(listener),
        Err(status) => status,
    }
}

/// Accepts clients for ever and starts a child process to serve each one.
///
/// The parent is always in `accept`, and each child in a read from its client. The parent waits for all clients that will
/// come, and each child for the one that is there.
fn serve(listener: TcpListener) -> ! {
    let_kernel_reap();
    loop {
        // Blocks while the accept queue is empty. Only the parent is ever here.
        let (client, address) = match listener.accept() {
            Ok(connection) => connection,
            Err(error) => {
                pause(&error);
                continue;
            }
        };
        // Returns twice. Both processes now have a descriptor for each of the two sockets, and a socket is open until its
        // last descriptor is closed. So each process closes the socket that is not its own.
        match fork() {
            Ok(Fork::Child) => {
                // A stopped server could not be started again while a child still listened on its port.
                drop(listener);
                // This blocks, but only this process.
                attend(client, address);
                process::exit(0);
            }
            // If the parent kept it, the client would never see the end of its connection when the child closes, and the
            // parent would run out of descriptors.
            Ok(Fork::Parent) => drop(client),
            // No new process can be had: this client is turned away.
            Err(error) => {
                log(format_args!("{address}: turned away, there is no process to serve it: {error}"))
            }
        }
    }
}
