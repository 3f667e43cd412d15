//! One client, from beginning to end, for the servers that may block: the caller of [`attend`] serves this client and
//! no other.

use crate::Conversation;
use reference_common::{close, log};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// How many bytes one read asks for. It does not limit a line; it only decides how many reads a long line takes.
const READ_SIZE: usize = 16 * 1024;

/// Talks with one client until it has left, and closes its connection.
///
/// Nothing that a client does makes this fail: it may reset the connection or vanish. That is written to the log. A
/// client that stays silent, or does not read its answers, holds up the caller for as long as it likes.
pub fn attend(client: TcpStream, address: SocketAddr) {
    // An answer should be sent as soon as it is written. Without this the kernel would hold it back until the one
    // before has been acknowledged, which can take 40 ms (Nagle's algorithm, RFC 896).
    let _ = client.set_nodelay(true);
    match converse(&client) {
        Ok(()) => log(format_args!("{address}: left")),
        Err(error) => log(format_args!("{address}: the connection was lost: {error}")),
    }
    close(&client);
}

/// The conversation itself, with a socket in the servers and with bytes in memory in the tests.
fn converse(mut client: impl Read + Write) -> io::Result<()> {
    let mut conversation = Conversation::default();
    let mut buffer = [0; READ_SIZE];
    loop {
        // Blocks until something has come, one byte or many. With a silent client, the caller waits here.
        let count = client.read(&mut buffer)?;
        if count == 0 {
            // End of file: the client has closed, or will say nothing more. Half a line gets no answer.
            return Ok(());
        }
        let reply = conversation.receive(&buffer[..count]);
        // This blocks too, if the client does not read and the kernel's buffers are full.
        client.write_all(&reply.answers)?;
        if reply.is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, ErrorKind};

    /// A client whose bytes are known in advance, and what the server wrote to it.
    struct Client {
        input: Cursor<&'static [u8]>,
        written: Vec<u8>,
    }

    impl Read for Client {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.input.read(buffer)
        }
    }

    impl Write for Client {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(input: &'static [u8]) -> Vec<u8> {
        let mut client = Client { input: Cursor::new(input), written: Vec::new() };
        converse(&mut client).unwrap();
        client.written
    }

    #[test]
    fn an_end_of_file_comes_behind_the_answers_and_half_a_line_has_none() {
        assert_eq!(written(b"one\nha"), b"> ONE\n");
        assert_eq!(written(b""), b"");
    }

    #[test]
    fn after_bye_there_is_no_further_read() {
        assert_eq!(written(b"bye\n"), b"> BYE\n");
    }

    #[test]
    fn a_lost_connection_is_told() {
        struct Gone;
        impl Read for Gone {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(ErrorKind::ConnectionReset.into())
            }
        }
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                unreachable!("nothing was read, so there is nothing to write")
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(converse(Gone).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}
