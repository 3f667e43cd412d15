//! Where a message ends in a stream of bytes, which knows no messages.

/// How a sender tells its messages apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each message ends with `\n`.
    Lines,
    /// The length of each message in bytes stands before it: four bytes, the highest first.
    Length,
}

impl Framing {
    /// How many bytes the first message takes, with what frames it; `None` until it is whole.
    pub fn end(self, stream: &[u8]) -> Option<usize> {
        match self {
            Framing::Lines => stream.iter().position(|byte| *byte == b'\n').map(|position| position + 1),
            Framing::Length => {
                let (prefix, rest) = stream.split_first_chunk()?;
                let length = u32::from_be_bytes(*prefix) as usize;
                (rest.len() >= length).then(|| prefix.len() + length)
            }
        }
    }

    /// The messages one by one, each with what frames it. The last one may not be whole.
    pub fn split(self, mut stream: &[u8]) -> impl Iterator<Item = &[u8]> {
        std::iter::from_fn(move || {
            let (message, rest) = stream.split_at(self.end(stream).unwrap_or(stream.len()));
            stream = rest;
            Some(message).filter(|message| !message.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Framing;

    #[test]
    fn a_line_ends_with_its_newline() {
        assert_eq!(Framing::Lines.end(b"one\r\ntwo"), Some(5));
        assert_eq!(Framing::Lines.end(b"\n"), Some(1));
        assert_eq!(Framing::Lines.end(b"two"), None);
    }

    #[test]
    fn a_message_with_a_length_ends_after_so_many_bytes() {
        let stream = b"\0\0\0\x02a\nb";
        for cut in 0..6 {
            assert_eq!(Framing::Length.end(&stream[..cut]), None, "{cut}");
        }
        assert_eq!(Framing::Length.end(stream), Some(6));
        assert_eq!(Framing::Length.end(&[0; 4]), Some(4));
        assert_eq!(Framing::Length.end(b"\0\0\x01\0a"), None);
        assert_eq!(Framing::Length.end(b"\xff\xff\xff\xffa"), None);
    }

    #[test]
    fn messages_are_the_whole_stream_again() {
        assert_eq!(Framing::Lines.split(b"a\n\nb").collect::<Vec<_>>(), [&b"a\n"[..], b"\n", b"b"]);
        let stream = b"\0\0\0\x01\n\0\0\0\0\0\0";
        assert_eq!(Framing::Length.split(stream).collect::<Vec<_>>(), [&stream[..5], &[0; 4], &[0; 2]]);
        assert_eq!(Framing::Lines.split(b"").count(), 0);
    }
}
