//! The packets that pass during an experiment, and what their headers say.

use super::bench::LAST_RESORT;
use model::{Fault, Step};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, recv};
use session::Session;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;

/// The IPv4 packets of the check's network since this value was created.
pub(super) struct Packets<'a> {
    session: &'a Session,
    socket: OwnedFd,
    pub(super) seen: Vec<Packet>,
}

impl Packets<'_> {
    pub(super) fn start(session: &Session) -> Step<Packets<'_>> {
        Ok(Packets { session, socket: session.packets()?, seen: Vec::new() })
    }

    /// Reads packets up to the first wanted one, and returns that.
    pub(super) fn next(&mut self, is_wanted: impl Fn(&Packet) -> bool) -> Step<Packet> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let limit = Timespec { tv_sec: LAST_RESORT.as_secs().cast_signed(), tv_nsec: 0 };
            if poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], Some(&limit)).map_err(io::Error::from)?
                == 0
            {
                return Err(Fault::new("a packet has not come").into());
            }
            let (length, _) =
                recv(&self.socket, &mut *buffer, RecvFlags::DONTWAIT).map_err(io::Error::from)?;
            let packet = Packet(buffer[..length].to_vec());
            if packet.is_ipv4() {
                self.session.note(&packet.to_string());
                self.seen.push(packet.clone());
                if is_wanted(&packet) {
                    return Ok(packet);
                }
            }
        }
    }
}

/// An Ethernet frame with an IPv4 packet in it (RFC 791).
#[derive(Clone)]
pub(super) struct Packet(Vec<u8>);

const ETHERNET_HEADER: usize = 14;
pub(super) const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
/// Bits of the flags of a TCP segment (RFC 9293, section 3.1).
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const ACK: u8 = 16;

impl Packet {
    fn is_ipv4(&self) -> bool {
        self.0.len() >= ETHERNET_HEADER + 20 && self.0[12..14] == [8, 0] && self.ip()[0] >> 4 == 4
    }

    pub(super) fn ip(&self) -> &[u8] {
        &self.0[ETHERNET_HEADER..]
    }

    /// The length of the IP header in bytes.
    pub(super) fn ip_header(&self) -> usize {
        usize::from(self.ip()[0] & 15) * 4
    }

    pub(super) fn protocol(&self) -> u8 {
        self.ip()[9]
    }

    /// The payload of the IP packet.
    pub(super) fn carried(&self) -> &[u8] {
        let length = usize::from(u16::from_be_bytes([self.ip()[2], self.ip()[3]]));
        self.ip().get(self.ip_header()..length).unwrap_or_default()
    }

    /// The source port and the destination port of TCP or UDP.
    pub(super) fn ports(&self) -> (u16, u16) {
        let port = |at: usize| self.carried().get(at..at + 2).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]));
        (port(0), port(2))
    }

    /// The flags of a TCP segment; 0 for other packets.
    pub(super) fn flags(&self) -> u8 {
        if self.protocol() == TCP { self.carried().get(13).copied().unwrap_or_default() } else { 0 }
    }

    pub(super) fn has(&self, flags: u8) -> bool {
        self.flags() & flags == flags
    }

    /// The payload of a TCP segment.
    pub(super) fn data(&self) -> &[u8] {
        let header = self.carried().get(12).map_or(0, |offset| usize::from(offset >> 4) * 4);
        self.carried().get(header..).unwrap_or_default()
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.ports();
        match self.protocol() {
            TCP => {
                let names = [("SYN", SYN), ("FIN", FIN), ("RST", RST), ("ACK", ACK)];
                let set: Vec<&str> =
                    names.iter().filter(|(_, flag)| self.has(*flag)).map(|(name, _)| *name).collect();
                write!(f, "TCP {from} → {to}: {}, {} bytes of data", set.join(" and "), self.data().len())
            }
            UDP => write!(f, "UDP {from} → {to}: {} bytes of data", self.carried().len().saturating_sub(8)),
            // Type and code are its first two bytes (RFC 792).
            ICMP => write!(f, "ICMP: type and code {:?}", self.carried().get(..2).unwrap_or_default()),
            other => write!(f, "IP protocol {other}"),
        }
    }
}
