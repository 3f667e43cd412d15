//! Messages on a stream of bytes. TCP delivers the bytes in order and knows no messages: one may come in many reads, and many in one.
//! So the two sides agree where a message ends. This module knows two such agreements, makes messages for a stream, and finds them in
//! one; what a message means is left to others.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::str::FromStr;

/// How many bytes one read asks for. It bounds no message; it only decides how many reads a long one takes.
const BUFFER_SIZE: usize = 16 * 1024;

/// How many bytes the length of a message takes.
const PREFIX: usize = 4;

/// How the two sides tell where a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A message ends with `\n`, or with `\r\n`. It can hold neither.
    Lines,
    /// The length of a message stands before it: four bytes, the highest first. It can hold anything.
    Length,
}

impl FromStr for Framing {
    type Err = ();

    fn from_str(word: &str) -> Result<Framing, ()> {
        match word {
            "lines" => Ok(Framing::Lines),
            "length" => Ok(Framing::Length),
            _ => Err(()),
        }
    }
}

impl Framing {
    /// A message as it goes on the stream. All of it is one value, so that one write can send it.
    ///
    /// # Errors
    /// When it is longer than its length can tell.
    pub fn frame(self, message: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Framing::Lines => Ok([message, b"\n"].concat()),
            Framing::Length => {
                // A cast would send a wrong length without a word.
                let length = u32::try_from(message.len()).map_err(|_| {
                    io::Error::new(ErrorKind::InvalidInput, "a message of 4 GiB or more has no length")
                })?;
                Ok([&length.to_be_bytes(), message].concat())
            }
        }
    }
}

/// What came next on a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A whole message, without what framed it. An empty one is a message too.
    Message(Vec<u8>),
    /// The end of the stream, with no message begun: the other side has said all that it wanted to say.
    End,
    /// The end of the stream in the middle of a message. What came of it is worth nothing: nobody knows what is missing.
    CutShort,
    /// The message is longer than the limit. Where the one behind it begins is not known any more.
    TooLong,
}

/// Reads messages from a source of bytes.
///
/// A read often brings more than the message that was asked for. The surplus is kept for the next call, which is why one reader must serve
/// a connection from beginning to end: a second one would never see those bytes.
#[derive(Debug)]
pub struct MessageReader<R> {
    source: BufReader<R>,
    framing: Framing,
    limit: usize,
}

impl<R: Read> MessageReader<R> {
    /// A reader that accepts messages of up to `limit` bytes, without what frames them. Without a limit it would give all its memory to
    /// any peer that asks for it.
    pub fn new(source: R, framing: Framing, limit: usize) -> MessageReader<R> {
        MessageReader { source: BufReader::with_capacity(BUFFER_SIZE, source), framing, limit }
    }

    /// Waits until a message is whole, or until it is known that none will be.
    ///
    /// Messages stay bytes: a character of several bytes may be cut anywhere by TCP, so that only a whole message can be decoded.
    ///
    /// # Errors
    /// When the source's read fails, such as by a reset.
    pub fn read(&mut self) -> io::Result<Next> {
        match self.framing {
            Framing::Lines => self.next_line(),
            Framing::Length => self.next_with_length(),
        }
    }

    fn next_line(&mut self) -> io::Result<Next> {
        let mut line = Vec::new();
        // `read_until` is the loop that a single `read` is not: it reads until the newline is there or the stream has ended. `take` stops
        // it after the longest line and its end of two bytes.
        let most = self.limit as u64 + 2;
        let count = self.source.by_ref().take(most).read_until(b'\n', &mut line)?;
        if line.pop_if(|byte| *byte == b'\n').is_some() {
            // One \r before the \n belongs to the end of the line. Any other is text.
            line.pop_if(|byte| *byte == b'\r');
            return Ok(if line.len() <= self.limit { Next::Message(line) } else { Next::TooLong });
        }
        Ok(match count as u64 {
            0 => Next::End,
            count if count == most => Next::TooLong,
            _ => Next::CutShort,
        })
    }

    fn next_with_length(&mut self) -> io::Result<Next> {
        // The end of the stream is an end between two messages only here, before the first byte of a length.
        if self.source.fill_buf()?.is_empty() {
            return Ok(Next::End);
        }
        let mut prefix = [0; PREFIX];
        if !self.fill(&mut prefix)? {
            return Ok(Next::CutShort);
        }
        let length = u32::from_be_bytes(prefix) as usize;
        if length > self.limit {
            return Ok(Next::TooLong);
        }
        // The length is what the other side says, and no more than that. Memory is taken as the bytes come, and not in advance: a
        // thousand clients that announce 16 MiB each and send nothing cost nothing.
        let mut message = Vec::new();
        self.source.by_ref().take(length as u64).read_to_end(&mut message)?;
        Ok(if message.len() == length { Next::Message(message) } else { Next::CutShort })
    }

    /// Reads until `bytes` are full. Tells whether the stream had so many.
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<bool> {
        match self.source.read_exact(bytes) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Framing; 2] = [Framing::Lines, Framing::Length];

    /// Each read returns the next piece, as if TCP had cut the stream there.
    struct Pieces(Vec<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.0.first_mut() else { return Ok(0) };
            let count = piece.len().min(buffer.len());
            buffer[..count].copy_from_slice(&piece[..count]);
            piece.drain(..count);
            self.0.retain(|piece| !piece.is_empty());
            Ok(count)
        }
    }

    /// All that is read of a stream that comes in these pieces.
    fn all(framing: Framing, pieces: &[&[u8]], limit: usize) -> Vec<Next> {
        let pieces = pieces.iter().map(|piece| piece.to_vec()).filter(|piece| !piece.is_empty()).collect();
        let mut reader = MessageReader::new(Pieces(pieces), framing, limit);
        let mut found = Vec::new();
        while found.last().is_none_or(|last| matches!(last, Next::Message(_))) {
            found.push(reader.read().unwrap());
        }
        found
    }

    fn message(text: &str) -> Next {
        Next::Message(text.into())
    }

    #[test]
    fn messages_are_the_same_in_whatever_pieces_they_come() {
        for framing in BOTH {
            let messages = ["one", "", "caf\u{e9}", "four"];
            let stream: Vec<u8> =
                messages.iter().flat_map(|m| framing.frame(m.as_bytes()).unwrap()).collect();
            let mut expected: Vec<Next> = messages.iter().map(|text| message(text)).collect();
            expected.push(Next::End);
            for (first, second) in (0..stream.len()).flat_map(|a| (a..stream.len()).map(move |b| (a, b))) {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(all(framing, &pieces, 100), expected, "{framing:?} cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn one_carriage_return_before_the_newline_belongs_to_the_end() {
        let found = all(Framing::Lines, &[b"a\rb\r\r", b"\n\r", b"\n"], 100);
        assert_eq!(found, [message("a\rb\r"), message(""), Next::End]);
    }

    #[test]
    fn a_message_with_a_length_may_hold_anything() {
        let found = all(Framing::Length, &[b"\0\0\0\x04\n\r\0\xff"], 100);
        assert_eq!(found, [Next::Message(b"\n\r\0\xff".to_vec()), Next::End]);
    }

    #[test]
    fn an_end_in_the_middle_of_a_message_is_no_message() {
        assert_eq!(all(Framing::Lines, &[b"a\nhalf"], 100), [message("a"), Next::CutShort]);
        assert_eq!(all(Framing::Lines, &[b"a\nhalf\r"], 100), [message("a"), Next::CutShort]);
        let whole = b"\0\0\0\x01a\0\0\0\x04half";
        for end in 6..whole.len() {
            let found = all(Framing::Length, &[&whole[..end]], 100);
            assert_eq!(found, [message("a"), Next::CutShort], "{end}");
        }
    }

    #[test]
    fn the_limit_counts_the_message_alone() {
        for framing in BOTH {
            assert_eq!(all(framing, &[&framing.frame(b"1234").unwrap()], 4), [message("1234"), Next::End]);
            assert_eq!(all(framing, &[&framing.frame(b"12345").unwrap()], 4), [Next::TooLong]);
        }
        assert_eq!(all(Framing::Lines, &[b"1234\r\n"], 4), [message("1234"), Next::End]);
        assert_eq!(all(Framing::Lines, &[b"123", b"456", b"789"], 4), [Next::TooLong]);
    }

    #[test]
    fn a_length_alone_costs_nothing() {
        assert_eq!(all(Framing::Length, &[b"\xff\xff\xff\xff"], 4), [Next::TooLong]);
        // Not even one that is allowed: this would need more memory than there is.
        assert_eq!(all(Framing::Length, &[b"\xff\xff\xff\xff"], usize::MAX), [Next::CutShort]);
    }
}
