//! The protocol, seen from the server: lines come in, and each goes back in upper case, until the client says `bye`.
//!
//! There is no socket here and no waiting. Bytes go in as they come, and the bytes to send come out. The five servers
//! differ in where they wait for the next bytes; their answers must not depend on that.

use std::mem;

/// The longest line, in bytes and without its end, that the servers accept: 64 KiB.
pub const LINE_LIMIT: usize = 64 << 10;

/// The part that one client has sent of a line that is not whole yet.
#[derive(Debug, Default)]
pub struct Conversation {
    unfinished: Vec<u8>,
    over: bool,
}

/// What to do after some bytes have come.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The answers to all lines that have become whole; often empty, for example after half a line.
    pub answers: Vec<u8>,
    /// Whether the connection ends when the answers are sent.
    pub is_last: bool,
}

impl Conversation {
    /// Takes the bytes of one read: a piece of a line, several lines, or the end of one and the beginning of another.
    ///
    /// After the last reply nothing is answered any more.
    pub fn receive(&mut self, bytes: &[u8]) -> Reply {
        let mut reply = Reply { answers: Vec::new(), is_last: self.over };
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if reply.is_last {
                break;
            }
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                // Taken, not cleared: a buffer that once held a long line would keep its size while the client is idle.
                answer(&mem::take(&mut self.unfinished), &mut reply);
            } else if self.unfinished.len() > LINE_LIMIT + 1 {
                // One more than the limit, since the last byte may be the `\r` of a line end. Without a limit a client
                // could fill the memory by never sending a newline.
                refuse(&mut reply);
            }
        }
        if reply.is_last {
            self.unfinished = Vec::new();
        }
        self.over = reply.is_last;
        reply
    }
}

/// Adds the answer to a line, which comes with its end.
fn answer(line: &[u8], reply: &mut Reply) {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    // Telnet ends its lines with \r\n; that \r belongs to the end. Any other \r is text.
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > LINE_LIMIT {
        return refuse(reply);
    }
    // Bytes become text only here, where the line is whole: TCP may cut a character in two. `lossy`: bytes that are not
    // UTF-8 become U+FFFD and not an error. It is not the ASCII variant: é becomes É, and ß becomes SS.
    let text = String::from_utf8_lossy(line).to_uppercase();
    reply.answers.extend_from_slice(format!("> {text}\n").as_bytes());
    reply.is_last = line.eq_ignore_ascii_case(b"bye");
}

/// Ends the conversation with a client whose line is too long.
fn refuse(reply: &mut Reply) {
    let error = format!("ERROR: a line may have at most {LINE_LIMIT} bytes. Closing the connection.\n");
    reply.answers.extend_from_slice(error.as_bytes());
    reply.is_last = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All answers if the bytes come in these pieces, and whether the conversation ends there.
    fn told(pieces: &[&[u8]]) -> (String, bool) {
        let mut conversation = Conversation::default();
        let replies: Vec<Reply> = pieces.iter().map(|piece| conversation.receive(piece)).collect();
        let answers = replies.iter().flat_map(|reply| reply.answers.clone()).collect();
        (String::from_utf8(answers).unwrap(), replies.last().is_some_and(|reply| reply.is_last))
    }

    fn goes_on(answers: &str) -> (String, bool) {
        (answers.to_owned(), false)
    }

    fn ends(answers: &str) -> (String, bool) {
        (answers.to_owned(), true)
    }

    #[test]
    fn lines_cut_anywhere_get_the_same_answers() {
        let stream = "one\r\ndéjà\n\nBye\nlate\n".as_bytes();
        let whole = ends("> ONE\n> DÉJÀ\n> \n> BYE\n");
        assert_eq!(told(&[stream]), whole);
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(told(&pieces), whole, "cut at {first} and {second}");
            }
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(told(&bytes), whole);
    }

    #[test]
    fn half_a_line_waits_for_its_end() {
        assert_eq!(told(&[b"one\nha"]), goes_on("> ONE\n"));
        assert_eq!(told(&[b"bye"]), goes_on(""));
    }

    #[test]
    fn one_carriage_return_before_the_newline_belongs_to_the_end() {
        assert_eq!(told(&[b"a\rb\r\r\n\r\n"]), goes_on("> A\rB\r\n> \n"));
    }

    #[test]
    fn bye_in_any_case_is_answered_and_the_last() {
        for line in ["bye\n", "BYE\n", "bYe\r\n"] {
            assert_eq!(told(&[line.as_bytes()]), ends("> BYE\n"), "{line:?}");
        }
        assert_eq!(told(&[b"byes\ngood bye\nbye \n"]), goes_on("> BYES\n> GOOD BYE\n> BYE \n"));
    }

    #[test]
    fn what_comes_behind_bye_is_ignored() {
        assert_eq!(told(&[b"bye\nlate\n", b"later\n"]), ends("> BYE\n"));
    }

    #[test]
    fn letters_outside_ascii_get_their_capitals() {
        assert_eq!(told(&["Straße, caf\u{e9}\n".as_bytes()]), goes_on("> STRASSE, CAF\u{c9}\n"));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(told(&[b"a\xffb\n"]), goes_on("> A\u{fffd}B\n"));
    }

    #[test]
    fn the_limit_counts_the_text_alone() {
        let longest = "a".repeat(LINE_LIMIT);
        let answer = goes_on(&format!("> {}\n", longest.to_uppercase()));
        for end in ["\n", "\r\n"] {
            assert_eq!(told(&[longest.as_bytes(), end.as_bytes()]), answer);
            assert_eq!(told(&[format!("{longest}{end}").as_bytes()]), answer);
        }
    }

    #[test]
    fn a_longer_line_is_cut_off_with_one_line_of_why() {
        let error =
            ends(&format!("ERROR: a line may have at most {LINE_LIMIT} bytes. Closing the connection.\n"));
        let longer = "a".repeat(LINE_LIMIT + 1);
        assert_eq!(told(&[format!("{longer}\nnext\n").as_bytes()]), error);
        assert_eq!(told(&[longer.as_bytes(), b"a", b"\nnext\n"]), error);
    }

    #[test]
    fn between_lines_no_memory_is_kept() {
        let mut conversation = Conversation::default();
        conversation.receive(&[b'a'; LINE_LIMIT]);
        conversation.receive(b"\n");
        assert_eq!(conversation.unfinished.capacity(), 0);
    }
}
