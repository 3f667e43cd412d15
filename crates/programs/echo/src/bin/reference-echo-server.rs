//! The sequential echo server: one thread, one client at a time.

use reference_common::{listen, log, read_arguments};
use reference_echo::{USUAL_BACKLOG, attend};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const USAGE: &str = "reference-echo-server [port]";

fn main() -> ExitCode {
    let port = match read_arguments(USAGE, |arguments| arguments.next_port(3232)) {
        Ok(port) => port,
        Err(status) => return status,
    };
    match listen(port, USUAL_BACKLOG) {
        Ok(listener) => serve(&listener),
        Err(error) => {
            log(format_args!("cannot listen on port {port}: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Serves one client after the other, for ever.
///
/// There is one thread, and it is either in `accept` or with a client, never both. Meanwhile the kernel connects further
/// clients: they wait in the accept queue, together with the bytes that they have already sent.
fn serve(listener: &TcpListener) -> ! {
    loop {
        // Blocks until a client has connected. What it returns is a second socket, for this client alone.
        match listener.accept() {
            Ok((client, address)) => attend(client, address),
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // The machine lacks some resource, and the client stays in the queue: an immediate retry would fail in the
            // same way.
            Err(error) => {
                log(format_args!("cannot accept: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
