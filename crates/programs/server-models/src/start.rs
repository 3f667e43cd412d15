//! What the servers need besides the conversation: the port, the limit of open files, and what to do when `accept`
//! fails.

use crate::LINE_LIMIT;
use reference_common::{listen, log, read_arguments};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Reads the program's argument, `[port]`, and listens there with a queue for `backlog` connections.
///
/// # Errors
/// The status to exit with, when the user asked for help, the argument is wrong or the port is taken.
pub fn listener(program: &str, default_port: u16, backlog: i32) -> Result<TcpListener, ExitCode> {
    let usage = format!(
        "{program} [port]\n\nThe port is {default_port} when it is left out. A client that sends a line of\n\
         more than {LINE_LIMIT} bytes is cut off."
    );
    let port = read_arguments(&usage, |arguments| arguments.next_port(default_port))?;
    listen(port, backlog).map_err(|error| {
        log(format_args!("cannot listen on port {port}: {error}"));
        ExitCode::FAILURE
    })
}

/// Waits, after `accept` has failed, until trying again makes sense. For servers whose accepting thread has nothing
/// else to do.
pub fn pause(error: &io::Error) {
    // This one client had left the queue before its turn came; there is nothing to wait for.
    if error.kind() == ErrorKind::ConnectionAborted {
        return;
    }
    // The machine or this process lacks a resource, mostly file descriptors. The client stays in the queue, so an
    // immediate retry would fail in the same way: without a pause, the loop would keep a processor busy for nothing.
    log(format_args!("cannot accept: {error}"));
    thread::sleep(Duration::from_millis(100));
}

/// Raises the limit of open files to the highest that this process may have.
///
/// Each connection takes a file descriptor. The soft limit, which applies, is often 1024, because of old programs that
/// use `select`. A process may raise it up to its hard limit without any privilege (getrlimit(2)).
pub fn raise_open_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        log(format_args!("the limit of open files stays as it is: {error}"));
    }
}
