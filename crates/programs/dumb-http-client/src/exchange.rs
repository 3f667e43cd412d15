//! The conversation: one sentence out, then bytes in until the server closes. The bytes are passed on as they come
//! and are never interpreted.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};

/// What the client says: 43 bytes. The empty line at the end tells an HTTP server that the request is over.
const SENTENCE: &[u8; 43] = b"Hello, sorry, but I don't speak HTTP...\r\n\r\n";

/// The buffer is all the memory that a response costs, whether it has one byte or a gigabyte.
const BUFFER_SIZE: usize = 16 * 1024;

/// Which side of the program failed.
#[derive(Debug)]
pub(crate) enum ExchangeError {
    /// The connection broke before the server had closed it.
    Lost(io::Error),
    /// The response could not be printed.
    Console(io::Error),
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExchangeError::Lost(error) => {
                write!(f, "the connection was lost before the response ended: {error}")
            }
            ExchangeError::Console(error) => write!(f, "cannot print the response: {error}"),
        }
    }
}

/// Sends the sentence to `server` and copies the response to `console`, unchanged, until the server closes.
///
/// Everything that had arrived before an error has been printed when the error is returned.
pub(crate) fn run(mut server: impl Read + Write, mut console: impl Write) -> Result<(), ExchangeError> {
    // `write_all` because one `write` may take only a part. It returns when the kernel has the bytes. Whether the
    // server has them is not known then.
    server.write_all(SENTENCE).map_err(ExchangeError::Lost)?;
    let mut buffer = [0; BUFFER_SIZE];
    loop {
        // The read blocks until at least one byte is there. It returns what has arrived so far, however little:
        // a buffer that is not full says nothing about the end of the response.
        let count = match server.read(&mut buffer) {
            // End of file: the server has closed, and all that it sent before has been read.
            Ok(0) => return Ok(()),
            Ok(count) => count,
            // A signal came while the thread waited; nothing was lost.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // A reset is not an end of file: nobody knows what is missing.
            Err(error) => return Err(ExchangeError::Lost(error)),
        };
        // Only this part of the buffer is new; the rest is from an earlier read.
        let arrived = &buffer[..count];
        console.write_all(arrived).map_err(ExchangeError::Console)?;
        // Standard output holds back what follows the last newline. With a flush here, a slow response is shown as
        // it comes, and at a reset nothing is left to print.
        console.flush().map_err(ExchangeError::Console)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// A server whose response is known in advance: each read returns the next piece.
    #[derive(Default)]
    struct Script {
        pieces: VecDeque<Result<Vec<u8>, ErrorKind>>,
        received: Vec<u8>,
    }

    impl Read for Script {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = self.pieces.pop_front().unwrap_or(Ok(Vec::new()))?;
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // A short write, as with a full send buffer.
            let count = bytes.len().min(10);
            self.received.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_sentence_goes_out_and_every_byte_of_the_response_is_printed() {
        let pieces = VecDeque::from([Ok(vec![0xff]), Err(ErrorKind::Interrupted), Ok(b"\0 end".to_vec())]);
        let mut server = Script { pieces, ..Script::default() };
        let mut console = Vec::new();
        run(&mut server, &mut console).unwrap();
        assert_eq!(server.received, SENTENCE);
        assert_eq!(console, b"\xff\0 end");
    }

    #[test]
    fn what_came_before_a_reset_is_printed_and_the_reset_is_told() {
        let pieces = VecDeque::from([Ok(b"half".to_vec()), Err(ErrorKind::ConnectionReset)]);
        let mut console = Vec::new();
        let error = run(Script { pieces, ..Script::default() }, &mut console).unwrap_err();
        assert!(matches!(error, ExchangeError::Lost(_)));
        assert_eq!(console, b"half");
    }
}
