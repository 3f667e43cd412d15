//! What the server does with one client: it answers each message with its length.

use crate::MESSAGE_LIMIT;
use crate::framing::{Framing, MessageReader, Next};
use reference_common::{close, log};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Talks with one client until it leaves or is cut off, and closes its connection.
///
/// Nothing that a client does makes this fail: it may reset the connection, vanish or send rubbish. That is told in the log.
pub fn attend(client: TcpStream, address: SocketAddr, framing: Framing) {
    match converse(&client, framing) {
        Ok(end) => log(format_args!("{address}: {end}")),
        Err(error) => log(format_args!("{address}: the connection was lost: {error}")),
    }
    close(&client);
}

/// The protocol itself; returns how it ended, for the log.
///
/// A client that writes and never reads fills the buffers of its connection with answers. Then `write_all` blocks, and nothing more is read
/// from that client: the kernel holds it up, and no memory of this program is needed for it.
fn converse<S>(mut client: S, framing: Framing) -> io::Result<&'static str>
where
    S: Read + Write + Copy,
{
    let mut messages = MessageReader::new(client, framing, MESSAGE_LIMIT);
    loop {
        match messages.read()? {
            Next::Message(message) => {
                // Bytes, not characters: nothing is decoded here.
                let answer = message.len().to_string();
                client.write_all(&framing.frame(answer.as_bytes())?)?;
            }
            Next::End => return Ok("left"),
            Next::CutShort => return Ok("left in the middle of a message"),
            Next::TooLong => return Ok("cut off, its message is too long"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::io::Cursor;

    /// A client whose bytes are known in advance, and what the server wrote to it.
    struct Client(RefCell<Cursor<Vec<u8>>>, RefCell<Vec<u8>>);

    impl Read for &Client {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.borrow_mut().read(buffer)
        }
    }

    impl Write for &Client {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(framing: Framing, input: &[u8]) -> String {
        let client = Client(RefCell::new(Cursor::new(input.to_vec())), RefCell::default());
        converse(&client, framing).unwrap();
        String::from_utf8(client.1.into_inner()).unwrap()
    }

    #[test]
    fn each_message_is_answered_with_its_length_in_bytes() {
        assert_eq!(written(Framing::Lines, "caf\u{e9}\r\n\nhello, world".as_bytes()), "5\n0\n");
        let input = b"\0\0\0\x05caf\xc3\xa9\0\0\0\0\0\0\0\x0a0123456789\0\0";
        assert_eq!(written(Framing::Length, input), "\0\0\0\x015\0\0\0\x010\0\0\0\x0210");
    }

    #[test]
    fn a_message_that_is_too_long_is_not_answered() {
        assert_eq!(written(Framing::Length, b"\0\0\0\x01a\xff\xff\xff\xffabc"), "\0\0\0\x011");
        assert_eq!(written(Framing::Lines, &vec![b'a'; MESSAGE_LIMIT + 10]), "");
    }
}
