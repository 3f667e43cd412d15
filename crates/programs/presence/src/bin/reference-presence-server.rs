//! The presence server: accepts clients and lets each one into the room.

use reference_common::{accept_each, listen, log, read_arguments};
use reference_presence::{BACKLOG, Room, start};
use std::process::ExitCode;
use std::sync::Arc;

const USAGE: &str = "reference-presence-server [port]

A client is dropped when 1 MiB of lines wait for it to read, or when it sends
a line of more than 64 KiB. KILL, from any client, ends the server with status 0.";

fn main() -> ExitCode {
    let port = match read_arguments(USAGE, |arguments| arguments.next_port(9907)) {
        Ok(port) => port,
        Err(status) => return status,
    };
    match listen(port, BACKLOG) {
        Ok(listener) => {
            let room = Arc::new(Room::default());
            accept_each(&listener, |client, address| start(&room, client, address))
        }
        Err(error) => {
            log(format_args!("cannot listen on port {port}: {error}"));
            ExitCode::FAILURE
        }
    }
}
