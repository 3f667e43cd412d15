//! Where a message ends in a stream of bytes, which knows no messages.

/// How many bytes a length takes.
const PREFIX: usize = 4;

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
                let (prefix, rest) = stream.split_first_chunk::<PREFIX>()?;
                let length = u32::from_be_bytes(*prefix) as usize;
                (rest.len() >= length).then(|| prefix.len() + length)
            }
        }
    }

    /// A message with what frames it, as it goes on the wire; a line ends with `\\n`.
    pub fn frame(self, payload: &[u8]) -> Vec<u8> {
        match self {
            Framing::Lines => [payload, b"\n"].concat(),
            // Longer ones than the prefix can tell are made by no check.
            Framing::Length => {
                [&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes(), payload].concat()
            }
        }
    }

    /// What a whole message holds: without its length, or without its line end, which is `\\n` or `\\r\\n`. `None` for one that is not whole,
    /// or has more behind it.
    pub fn payload(self, message: &[u8]) -> Option<&[u8]> {
        if self.end(message) != Some(message.len()) {
            return None;
        }
        match self {
            Framing::Lines => {
                let line = message.strip_suffix(b"\n")?;
                Some(line.strip_suffix(b"\r").unwrap_or(line))
            }
            Framing::Length => message.get(PREFIX..),
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
    fn a_framed_message_is_whole_and_holds_what_was_framed() {
        for framing in [Framing::Lines, Framing::Length] {
            for payload in [&b""[..], b"x", b"caf\xc3\xa9", &[b'a'; 300]] {
                let message = framing.frame(payload);
                assert_eq!(framing.end(&message), Some(message.len()));
                assert_eq!(framing.payload(&message), Some(payload));
                assert_eq!(framing.payload(&message[..message.len() - 1]), None);
                assert_eq!(framing.payload(&[&*message, b"\n"].concat()), None);
            }
        }
        assert_eq!(Framing::Lines.payload(b"a\r\r\n"), Some(&b"a\r"[..]));
        assert_eq!(Framing::Length.frame(b"ab"), b"\0\0\0\x02ab");
    }

    #[test]
    fn messages_are_the_whole_stream_again() {
        assert_eq!(Framing::Lines.split(b"a\n\nb").collect::<Vec<_>>(), [&b"a\n"[..], b"\n", b"b"]);
        let stream = b"\0\0\0\x01\n\0\0\0\0\0\0";
        assert_eq!(Framing::Length.split(stream).collect::<Vec<_>>(), [&stream[..5], &[0; 4], &[0; 2]]);
        assert_eq!(Framing::Lines.split(b"").count(), 0);
    }
}
