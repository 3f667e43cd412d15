//! All packets of a network, written down as they come: a pcapng file, as Wireshark and tshark read it.
//!
//! Format: draft-ietf-opsawg-pcapng (section header, interface description, enhanced packets).

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::OwnedFd;
use std::thread::{self, JoinHandle};
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest packet that is written: more than one holds if segments are not put together.
const LONGEST: usize = 1 << 16;

/// How many bytes of packets are written at most; the rest is dropped.
const LIMIT: usize = 64 << 20;

/// A capture that is going on in a thread of its own.
#[derive(Debug)]
pub struct Capture {
    thread: JoinHandle<io::Result<()>>,
    /// Closed when it is to end.
    end: OwnedFd,
}

impl Capture {
    /// Begins to write what `packets`, a packet socket, sees of an Ethernet-like interface called `lo` to `file`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn start(packets: OwnedFd, file: File) -> io::Result<Capture> {
        let (ended, end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let mut out = BufWriter::new(file);
        begin(&mut out)?;
        let thread = thread::Builder::new()
            .name("capture".to_owned())
            .spawn(move || write_all(&packets, &ended, out))?;
        Ok(Capture { thread, end })
    }

    /// Writes what has come until now, and ends.
    ///
    /// # Errors
    /// When the file could not be written.
    pub fn finish(self) -> io::Result<()> {
        drop(self.end);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that captures packets broke")))
    }
}

fn write_all(packets: &OwnedFd, ended: &OwnedFd, mut out: impl Write) -> io::Result<()> {
    let mut buffer = vec![0; LONGEST];
    let mut is_ending = false;
    let mut written = 0;
    loop {
        // What lies there when the end comes is still written.
        match recv(packets, &mut *buffer, RecvFlags::DONTWAIT) {
            Ok(_) if written > LIMIT => {}
            Ok((length, _)) => {
                written += length;
                packet(&mut out, &buffer[..length.min(LONGEST)])?;
            }
            Err(Errno::AGAIN) if is_ending => return out.flush(),
            Err(Errno::AGAIN) => {
                let mut polled = [PollFd::new(packets, PollFlags::IN), PollFd::new(ended, PollFlags::IN)];
                match poll(&mut polled, None) {
                    Ok(_) => is_ending = !polled[1].revents().is_empty(),
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A block: its type, its length, what is in it, padding, its length again.
fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = u32::try_from(12 + body.len() + padding).map_err(io::Error::other)?;
    out.write_all(&kind.to_ne_bytes())?;
    out.write_all(&length.to_ne_bytes())?;
    out.write_all(body)?;
    out.write_all(&[0; 3][..padding])?;
    out.write_all(&length.to_ne_bytes())
}

fn begin(out: &mut impl Write) -> io::Result<()> {
    const SECTION_HEADER: u32 = 0x0a0d_0d0a;
    const BYTE_ORDER: u32 = 0x1a2b_3c4d;
    const VERSION: u32 = 1;
    let unknown_length = u64::MAX;
    let mut body = Vec::new();
    body.extend(BYTE_ORDER.to_ne_bytes());
    body.extend(u16::try_from(VERSION).unwrap_or(1).to_ne_bytes());
    body.extend(0_u16.to_ne_bytes());
    body.extend(unknown_length.to_ne_bytes());
    block(out, SECTION_HEADER, &body)?;

    const INTERFACE_DESCRIPTION: u32 = 1;
    const ETHERNET: u16 = 1;
    let mut body = Vec::new();
    body.extend(ETHERNET.to_ne_bytes());
    body.extend(0_u16.to_ne_bytes());
    body.extend(u32::try_from(LONGEST).unwrap_or(u32::MAX).to_ne_bytes());
    // if_name, then if_tsresol: timestamps count nanoseconds. An option is its code, its length and its value, padded.
    body.extend([2_u16, 2].map(u16::to_ne_bytes).concat());
    body.extend(*b"lo\0\0");
    body.extend([9_u16, 1].map(u16::to_ne_bytes).concat());
    body.extend([9, 0, 0, 0]);
    body.extend([0; 4]);
    block(out, INTERFACE_DESCRIPTION, &body)
}

fn packet(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    const ENHANCED_PACKET: u32 = 6;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut body = Vec::with_capacity(20 + bytes.len());
    for word in [0, (now >> 32) as u32, now as u32, length, length] {
        body.extend(word.to_ne_bytes());
    }
    body.extend(bytes);
    block(out, ENHANCED_PACKET, &body)
}
