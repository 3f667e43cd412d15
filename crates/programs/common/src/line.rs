//! Lines from a stream of bytes. TCP knows no lines: one line may come in many reads, and many lines may come in one. This
//! module gathers bytes until a line is whole. Others decide what the line means.

use std::io::{self, BufRead, BufReader, Read};

/// How many bytes one read asks for. It does not limit a line; it only decides how many reads a long line takes.
const BUFFER_SIZE: usize = 16 * 1024;

/// A line, or what came in place of one.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, without the `\n` or `\r\n` that ended it. An empty line is a line too.
    Complete(Vec<u8>),
    /// The stream ended, and these bytes came before without a newline. There may be none.
    Unfinished(Vec<u8>),
    /// More bytes than the limit came without a newline; these are the first of them.
    TooLong(Vec<u8>),
}

/// Reads lines from a source of bytes.
///
/// A read often brings more than the requested line. The surplus is kept for the next call. So one reader must serve a
/// connection from beginning to end: a second one would never see those bytes.
#[derive(Debug)]
pub struct LineReader<R> {
    source: BufReader<R>,
    limit: usize,
}

impl<R: Read> LineReader<R> {
    /// A reader that accepts lines of up to `limit` bytes, without their ends. Without a limit, a client that never sends a
    /// newline could use up the memory.
    pub fn new(source: R, limit: usize) -> LineReader<R> {
        LineReader { source: BufReader::with_capacity(BUFFER_SIZE, source), limit }
    }

    /// The source, for writing. Reading from it directly would miss the bytes that this reader has already taken.
    pub fn get_mut(&mut self) -> &mut R {
        self.source.get_mut()
    }

    /// Waits for a whole line, for the end of the stream, or for more bytes than the limit.
    ///
    /// The lines stay bytes: TCP may cut a character of several bytes anywhere, so only a whole line can be decoded safely.
    ///
    /// # Errors
    /// When the source's read fails, for example with a reset or a time-out. The bytes of the unfinished line are lost
    /// then.
    pub fn read(&mut self) -> io::Result<Line> {
        let mut bytes = Vec::new();
        // `read_until` is the loop that a single `read` is not: it reads, blocks, and reads again until the newline
        // is there or the stream has ended. `take` stops it after the longest line and its end of two bytes.
        let most = self.limit as u64 + 2;
        let count = self.source.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if bytes.pop_if(|byte| *byte == b'\n').is_some() {
            // Telnet ends its lines with \r\n; that \r is part of the end, not of the line. Any other \r is text.
            bytes.pop_if(|byte| *byte == b'\r');
            let whole = bytes.len() <= self.limit;
            return Ok(if whole { Line::Complete(bytes) } else { Line::TooLong(bytes) });
        }
        // No newline: either `take` has stopped the reading, or the peer has ended the stream.
        Ok(if count as u64 == most { Line::TooLong(bytes) } else { Line::Unfinished(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each read returns the next piece, as if TCP had cut the stream there.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    fn reader(pieces: &[&'static [u8]], limit: usize) -> LineReader<Pieces> {
        LineReader::new(Pieces(pieces.to_vec()), limit)
    }

    fn complete(text: &str) -> Line {
        Line::Complete(text.into())
    }

    #[test]
    fn a_line_cut_anywhere_is_the_same_line() {
        let stream = "caf\u{e9}\n".as_bytes();
        for cut in 1..stream.len() {
            let (first, second) = stream.split_at(cut);
            assert_eq!(reader(&[first, second], 100).read().unwrap(), complete("caf\u{e9}"), "cut at {cut}");
        }
    }

    #[test]
    fn glued_lines_come_one_by_one() {
        let mut lines = reader(&[b"one\n\ntwo\nthr", b"ee\n"], 100);
        for text in ["one", "", "two", "three"] {
            assert_eq!(lines.read().unwrap(), complete(text));
        }
        assert_eq!(lines.read().unwrap(), Line::Unfinished(Vec::new()));
    }

    #[test]
    fn one_carriage_return_before_the_newline_belongs_to_the_end() {
        let mut lines = reader(&[b"a\rb\r\r", b"\n\r\n"], 100);
        assert_eq!(lines.read().unwrap(), complete("a\rb\r"));
        assert_eq!(lines.read().unwrap(), complete(""));
    }

    #[test]
    fn end_of_file_without_a_newline_is_no_line() {
        assert_eq!(reader(&[b"ha", b"lf"], 100).read().unwrap(), Line::Unfinished(b"half".to_vec()));
    }

    #[test]
    fn the_limit_counts_the_text_alone() {
        assert_eq!(reader(&[b"1234\n"], 4).read().unwrap(), complete("1234"));
        assert_eq!(reader(&[b"1234\r\n"], 4).read().unwrap(), complete("1234"));
        assert_eq!(reader(&[b"12345\n"], 4).read().unwrap(), Line::TooLong(b"12345".to_vec()));
        assert_eq!(reader(&[b"123", b"456", b"789"], 4).read().unwrap(), Line::TooLong(b"123456".to_vec()));
    }

    #[test]
    fn a_stream_that_ends_at_the_limit_is_not_too_long() {
        assert_eq!(reader(&[b"1234"], 4).read().unwrap(), Line::Unfinished(b"1234".to_vec()));
    }
}
