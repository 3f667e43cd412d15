//! The server: the room in which clients meet.

use lab4_presence::argument;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 9907);
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("presence-server: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Lets clients meet on `port`, any number at the same time, until one of them says KILL.
///
/// What must hold:
///
/// - Arrival: the new client alone has got the welcome; the others have got `Someone has
///   arrived...`. Checkpoints: L4.1, L4.2, L4.3.
/// - Commands, in upper or lower case, take effect in the order in which their client sent them, in whatever
///   pieces the lines came. Each client that must get a notification gets it once, and as one complete
///   line. Checkpoints: L4.4, L4.5, L4.6, L4.7, L4.10, L4.12, L4.13.
/// - Departure, by BYE, end of file or a reset: the connection is closed, and the others have been told once.
///   Only KILL ends the server. Checkpoints: L4.8, L4.9.
/// - KILL: its sender has got the answer, every connection is closed, and `Ok` is returned. Checkpoints:
///   L4.11; then L4.S6.
/// - An error is returned only when it cannot listen at all.
///
/// Then the stretch clauses: L4.S4, L4.S5, L4.S2, L4.S1, L4.S3, L4.S7.
fn serve(port: u16) -> io::Result<()> {
    todo!("let clients meet on port {port}")
}
