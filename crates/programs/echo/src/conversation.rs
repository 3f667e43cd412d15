//! The echo protocol, seen from the server: a greeting, one line from the client, the answer, the end.

use crate::LINE_LIMIT;
use reference_common::{Line, LineReader, close, log};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// What the server says first, to a client that has said nothing.
pub const GREETING: &str = "HELLO\n";

/// Talks with one client until the conversation is over, and closes its connection.
///
/// Nothing that a client does makes this fail: it may reset the connection, vanish or send rubbish. That is written
/// to the log, and the server goes on with the next client. Only a silent client holds up the calling thread, for
/// as long as it is silent.
pub fn attend(client: TcpStream, address: SocketAddr) {
    match converse(&client) {
        Ok(end) => log(format_args!("{address}: {end}")),
        Err(error) => log(format_args!("{address}: the connection was lost: {error}")),
    }
    close(&client);
}

/// The protocol itself. Returns how it ended, for the log.
///
/// It takes anything that can be read and written: a socket in the servers, bytes in memory in the tests.
fn converse(mut client: impl Read + Write) -> io::Result<&'static str> {
    // One write for one message. In two writes, `HELLO` and its newline could arrive in two segments. A client must
    // be able to handle that, but a server need not provoke it.
    client.write_all(GREETING.as_bytes())?;
    // Blocks until the line is whole.
    let line = LineReader::new(&mut client, LINE_LIMIT).read()?;
    match line {
        Line::Complete(line) => {
            client.write_all(answer(&line).as_bytes())?;
            Ok("answered")
        }
        // End of file in the middle of a line: the client has closed its side, and there is no line to answer.
        Line::Unfinished(_) => Ok("left without a line"),
        Line::TooLong(_) => {
            client.write_all(format!("ERROR: a line may have at most {LINE_LIMIT} bytes\n").as_bytes())?;
            Ok("cut off, its line was too long")
        }
    }
}

/// The answer to a line: its text in upper case, and a newline.
fn answer(line: &[u8]) -> String {
    // Bytes become text only here, where the line is whole. `lossy`: a stranger may send bytes that are not UTF-8,
    // and each such piece becomes U+FFFD and not an error.
    let text = String::from_utf8_lossy(line);
    // Not the ASCII variant: é becomes É, and ß becomes SS, so the answer may be longer than the line.
    let mut answer = text.to_uppercase();
    answer.push('\n');
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn letters_outside_ascii_get_their_capitals() {
        assert_eq!(answer("déjà, Straße".as_bytes()), "DÉJÀ, STRASSE\n");
    }

    #[test]
    fn invalid_text_is_answered_too() {
        assert_eq!(answer(b"a\xffb"), "A\u{fffd}B\n");
    }

    /// A client whose bytes are known in advance, and what the server wrote to it.
    struct Client(Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Client {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Client {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(input: impl Into<Vec<u8>>) -> String {
        let mut client = Client(Cursor::new(input.into()), Vec::new());
        converse(&mut client).unwrap();
        String::from_utf8(client.1).unwrap()
    }

    #[test]
    fn the_first_line_alone_is_answered() {
        assert_eq!(written("one\ntwo\n"), "HELLO\nONE\n");
        assert_eq!(written("\r\n"), "HELLO\n\n");
    }

    #[test]
    fn without_a_line_there_is_no_answer() {
        assert_eq!(written("half"), "HELLO\n");
    }

    #[test]
    fn an_endless_line_is_answered_with_an_error_of_one_line() {
        let answer = written(vec![b'a'; LINE_LIMIT + 10]);
        assert!(answer.starts_with("HELLO\nERROR") && answer.lines().count() == 2, "{answer}");
    }
}
