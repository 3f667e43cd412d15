//! A server that answers each message with its length, for messages that are lines or have their length before them. One thread for each
//! client: while one waits for the rest of its client's message, the others go on.

use reference_common::{listen, log, read_arguments};
use reference_messages::framing::Framing;
use reference_messages::{USUAL_BACKLOG, attend};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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
        Ok(listener) => serve(&listener, framing),
        Err(error) => {
            log(format_args!("cannot listen on port {port}: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Accepts clients for ever and gives each one a thread.
fn serve(listener: &TcpListener, framing: Framing) -> ! {
    loop {
        let result = match listener.accept() {
            Ok((client, address)) => start(client, address, framing),
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => {}
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // The machine is short of something: at once the same would happen again.
            Err(error) => {
                log(format_args!("cannot take another client: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
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
