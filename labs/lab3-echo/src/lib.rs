//! What the four programs of lab 3 share. `README.md` has the lesson and the clauses.
//!
//! You may change all of this, add modules and move things: the checks see only the programs.

use std::env;
use std::io;
use std::net::TcpStream;
use std::process;
use std::str::FromStr;

/// Holds one conversation with a client that has just been accepted; both servers need it (parts a and c).
///
/// What must hold when it returns:
///
/// - The client has got the greeting `HELLO\n` before the server waited for anything from it.
/// - If the client has sent a complete line: it has got that line in upper case, with a single `\n` at its end, in whatever
///   pieces the line came and whichever of the two line ends it had. Nothing that came after the line is answered.
/// - The connection is closed.
/// - The program has not panicked, whatever the client did.
///
/// An error says that the connection was lost. It is for the log; the server goes on serving other clients.
///
/// Checkpoints: L3.2, L3.3, L3.4, L3.5, L3.8, L3.9; then L3.S1, L3.S2, L3.S3, L3.S4.
pub fn serve_client(client: TcpStream) -> io::Result<()> {
    todo!("talk with the client {client:?}")
}

/// The argument at `position` (the first is 1), or `default` when there is none.
///
/// Ends the program with status 2 when the argument cannot be read as a `T`.
pub fn argument<T: FromStr>(position: usize, name: &str, default: T) -> T {
    let Some(word) = env::args().nth(position) else { return default };
    word.parse().unwrap_or_else(|_| {
        eprintln!("{word:?} is not a valid {name}");
        process::exit(2)
    })
}
