//! Lab 1: the dumb HTTP client. Your part is [`fetch`]; `README.md` has the lesson and the clauses.

use std::env;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let host = words.first().map_or("www.heig-vd.ch", String::as_str);
    let Ok(port) = words.get(1).map_or(Ok(80), |word| word.parse()) else {
        eprintln!("usage: dumb-http-client [host] [port]");
        return ExitCode::from(2);
    };
    match fetch(host, port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Is this message enough for L1.7, L1.S1 and L1.S2? You may change all of this file.
            eprintln!("dumb-http-client: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends the sentence to the server at `host` and `port`, and prints its response on standard output.
///
/// What must hold when it returns:
///
/// - The server has got exactly these 43 bytes from us: `Hello, sorry, but I don't speak HTTP...\r\n\r\n`.
/// - If the server has closed the connection: every byte that it sent has been printed, in order and unchanged, and
///   nothing else; the result is `Ok`. It does not return `Ok` any earlier, whatever came and however slowly.
/// - If there was no connection, or it was lost: the result is an error whose message tells the user what
///   happened, and with which host and port.
///
/// Checkpoints, in the order in which to work: L1.1, L1.2, L1.3, L1.4, L1.5, L1.6, L1.7.
fn fetch(host: &str, port: u16) -> io::Result<()> {
    todo!("talk to the server at {host}, port {port}")
}
