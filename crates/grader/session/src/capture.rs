//! What a program prints, taken in as it comes so that it never blocks on a full pipe.

use rustix::io::Errno;
use std::io;
use std::os::fd::AsFd;

/// How much of a stream is kept.
const KEPT: usize = 8 << 20;

/// How much is taken in at once: as much as a pipe can hold (`pipe-max-size` in pipe(7)). So it holds all that was there before, and a
/// flood comes to an end.
const AT_ONCE: usize = 1 << 20;

/// How much of what was printed last is kept to be shown.
const SHOWN: usize = 4096;

/// What all programs of a check have printed.
#[derive(Default)]
pub(crate) struct Console {
    /// The last few KiB of it, to be shown.
    pub(crate) shown: Vec<u8>,
    /// All of it, as far as that is wanted and bearable.
    pub(crate) record: Option<Vec<u8>>,
}

impl Console {
    fn add(&mut self, bytes: &[u8]) {
        let surplus = (self.shown.len() + bytes.len()).saturating_sub(SHOWN);
        self.shown.drain(..surplus.min(self.shown.len()));
        self.shown.extend_from_slice(&bytes[bytes.len().saturating_sub(SHOWN)..]);
        if let Some(record) = self.record.as_mut().filter(|record| record.len() < KEPT) {
            record.extend_from_slice(bytes);
        }
    }
}

/// Takes the bytes of a stream that is too long to keep.
pub(crate) type Sink = Box<dyn FnMut(&[u8])>;

/// One of a program's output streams.
#[derive(Default)]
pub(crate) struct Capture {
    pub(crate) kept: Vec<u8>,
    pub(crate) closed: bool,
    pub(crate) sink: Option<Sink>,
}

impl Capture {
    /// Takes in all that is there, and tells how many bytes that was.
    pub(crate) fn drain(
        &mut self,
        stream: impl AsFd,
        buffer: &mut [u8],
        console: &mut Console,
    ) -> io::Result<usize> {
        let mut taken = 0;
        while !self.closed && taken < AT_ONCE {
            match rustix::io::read(&stream, &mut *buffer) {
                Ok(0) => self.closed = true,
                Ok(length) => {
                    let bytes = &buffer[..length];
                    match &mut self.sink {
                        Some(sink) => sink(bytes),
                        None if self.kept.len() < KEPT => self.kept.extend_from_slice(bytes),
                        None => {}
                    }
                    taken += length;
                    console.add(bytes);
                }
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(taken)
    }
}
