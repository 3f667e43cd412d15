//! The presence server: accepts clients and lets each one into the room.

use reference_common::{listen, log, read_arguments};
use reference_presence::{BACKLOG, Room, start};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const USAGE: &str = "reference-presence-server [port]

A client is dropped when 1 MiB of lines wait for it to read, or when it sends
a line of more than 64 KiB. KILL, from any client, ends the server with status 0.";

fn main() -> ExitCode {
    let port = match read_arguments(USAGE, |arguments| arguments.next_port(9907)) {
        Ok(port) => port,
        Err(status) => return status,
    };
    match listen(port, BACKLOG) {
        Ok(listener) => serve(&listener),
        Err(error) => {
            log(format_args!("cannot listen on port {port}: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Accepts clients until one of them ends the process with KILL.
fn serve(listener: &TcpListener) -> ! {
    let room = Arc::new(Room::default());
    loop {
        let result = listener.accept().and_then(|(client, address)| start(&room, client, address));
        match result {
            Ok(()) => {}
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // File descriptors or threads have run out. A client that could not be accepted stays in the
            // queue, so an immediate retry would fail in the same way: without a pause, this loop would keep
            // a processor busy and serve nobody.
            Err(error) => {
                log(format_args!("cannot take another client: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
