//! The echo server with one thread for each client: the first thread only accepts, and each client is served by another
//! thread, which blocks in its place.

use reference_common::{listen, log, read_arguments};
use reference_echo::{Attendance, USUAL_BACKLOG, attend};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const USAGE: &str = "reference-echo-server-threaded [port]";

/// The error "this process has too many open files", which has no name in the standard library; the number is the same
/// on Linux, macOS and the BSDs (errno(3)).
const EMFILE: i32 = 24;

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

/// Accepts clients for ever and starts a thread for each one.
fn serve(listener: &TcpListener) -> ! {
    let attendance = Arc::new(Attendance::default());
    loop {
        // Read before the calls that may fail, so that no departure is missed; see `wait_for_departure`.
        let known = attendance.departed();
        let result = match listener.accept() {
            Ok((client, address)) => start(&attendance, client, address),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            recover(&attendance, known, &error);
        }
    }
}

/// Starts the thread of one client.
///
/// The thread is not joined: it ends with its conversation, and nobody waits for its result. If the kernel cannot provide a
/// thread, the client's connection is closed, and the server goes on.
fn start(attendance: &Arc<Attendance>, client: TcpStream, address: SocketAddr) -> io::Result<()> {
    let presence = attendance.enter();
    let work = move || {
        attend(client, address);
        // Only now, since the connection is closed and its file descriptor is free.
        drop(presence);
    };
    thread::Builder::new().name(address.to_string()).spawn(work).map(drop)
}

/// Waits, after `accept` or the start of a thread has failed, until trying again makes sense.
///
/// A client that could not be accepted stays in the queue, so the next `accept` fails at once, and so does the next:
/// without a wait, that loop would keep a processor busy and serve nobody.
fn recover(attendance: &Attendance, known: u64, error: &io::Error) {
    if error.kind() == ErrorKind::ConnectionAborted {
        // This one client had left the queue before its turn came; there is nothing to wait for.
        return;
    }
    log(format_args!("cannot take another client: {error}"));
    // All file descriptors are in use, nearly all of them by clients: one becomes free as soon as a client leaves.
    let left = error.raw_os_error() == Some(EMFILE) && attendance.wait_for_departure(known);
    if !left {
        // This shortage does not depend on this server's clients, and nothing will report its end.
        thread::sleep(Duration::from_millis(100));
    }
}
