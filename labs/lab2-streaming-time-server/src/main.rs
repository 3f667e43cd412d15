//! Lab 2: the streaming time server. Your part is [`serve`]; `README.md` has the lesson and the clauses.

use std::env;
use std::io;
use std::process::{self, ExitCode};
use std::str::FromStr;
use std::time::Duration;

fn main() -> ExitCode {
    let port = argument(1, "port", 2205);
    let pause = Duration::from_millis(argument(2, "pause in milliseconds", 1000));
    let iterations = argument(3, "number of iterations", 15);
    match serve(port, pause, iterations) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("streaming-time-server: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever, one at a time.
///
/// What must hold:
///
/// - Clients reach it on every interface of the machine.
/// - Clients are served in the order of their arrival. Each gets `iterations` lines, whatever it sends and even if it
///   sends nothing; then its connection is closed. No client gets anything before the one in front of it is done.
/// - A line is `{'time' : '<t>'}` and `\n`, and `<t>` is the date and time at which it is sent, to the
///   second. The first line comes at once, each further one a `pause` later, and each has left the program before
///   the pause begins.
/// - It returns only when it cannot listen at all. What goes wrong with one client concerns that client
///   alone.
/// - After the program was killed it can be started again on the same port at once.
///
/// Checkpoints, in the order in which to work: L2.1, L2.2, L2.3, L2.4, L2.5, L2.7, L2.6, L2.8; then L2.S1,
/// L2.S2, L2.S3.
fn serve(port: u16, pause: Duration, iterations: u64) -> io::Result<()> {
    todo!("send {iterations} lines to each client on port {port}, one every {pause:?}")
}

/// The argument at `position` (the first is 1), or `default` when there is none.
///
/// Ends the program with status 2 when the argument cannot be read as a `T`.
fn argument<T: FromStr>(position: usize, name: &str, default: T) -> T {
    let Some(word) = env::args().nth(position) else { return default };
    word.parse().unwrap_or_else(|_| {
        eprintln!("{word:?} is not a valid {name}");
        process::exit(2)
    })
}
