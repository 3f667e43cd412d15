//! Part a: the server that answers each message with its length.

use lab6_messages::{Framing, argument};
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = argument(1, "port", 6006);
    let framing = argument(2, "framing (lines or length)", Framing::Lines);
    match serve(port, framing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("framed-server: cannot serve on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves clients on `port`, for ever and many at the same time.
///
/// What must hold:
///
/// - Each message of a client is answered with one message: the number of its bytes, as decimal text. The answers come in the order of
///   the messages, in the same framing.
/// - What a client has sent of a message that is not whole concerns no other client, and holds up none.
/// - When a client's stream ends, the server closes its side. If the stream ends in the middle of a message, there is no answer to that.
/// - A client that does not read its answers does not fill the memory of the server.
/// - It returns only when it cannot listen at all. After the program was killed it can be started again on the same port at once.
///
/// Checkpoints: L6.1, L6.6, L6.7; then L6.S3, L6.S4.
fn serve(port: u16, framing: Framing) -> io::Result<()> {
    todo!("serve clients on port {port}, with framing {framing:?}")
}
