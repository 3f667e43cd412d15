//! A server that answers each message with its length, for messages that are lines or have their length before them. One thread for each
//! client: while one waits for the rest of its client's message, the others go on.

use reference_common::{accept_each, listen, log, read_arguments};
use reference_messages::framing::Framing;
use reference_messages::{USUAL_BACKLOG, attend};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::thread;

const USAGE: &str = "reference-framed-server [port] [lines|length]\n\
                     A message may have at most 16 MiB; the connection of a client that sends a longer one is closed.";

fn main() -> ExitCode {
    let arguments = read_arguments(USAGE, |arguments| {
        Ok((arguments.next_port(6006)?, arguments.next("a framing, lines or length", Framing::Lines)?))
    });
    let (port, framing) = match arguments {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match listen(port, USUAL_BACKLOG) {
        Ok(listener) => accept_each(&listener, |client, address| start(client, address, framing)),
        Err(error) => {
            log(format_args!("cannot listen on port {port}: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Starts the thread of one client. It is not joined: it ends when its conversation does, and nobody waits for its result.
fn start(client: TcpStream, address: SocketAddr, framing: Framing) -> io::Result<()> {
    // Answers are short and each is a write of its own. Without this option the second of two would wait for the acknowledgement of the
    // first (Nagle's algorithm, RFC 896).
    client.set_nodelay(true)?;
    thread::Builder::new().name(address.to_string()).spawn(move || attend(client, address, framing)).map(drop)
}
