//! TCP sockets by sock_diag(7). Checks ask for each by its exact addresses: about 5 µs, whereas a dump, like `/proc/net/tcp`, walks the
//! kernel's whole hash table. Only what needs sockets of unknown addresses takes one.

use crate::sockstat::Sockstat;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The states of a TCP socket that matter here (`include/net/tcp_states.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Both directions are open.
    Established,
    /// The handshake is not complete.
    Handshake,
    /// This side has sent its end of file, which the peer has not acknowledged.
    FinSent,
    /// This side has sent its end of file and the peer has it; the other direction is open.
    FinAcknowledged,
    /// The peer has sent its end of file; this side has not.
    CloseWait,
    /// Both sides are done.
    Finished,
    /// It waits for clients.
    Listen,
}

impl State {
    fn from_kernel(state: u8) -> State {
        match state {
            1 => State::Established,
            2 | 3 | 12 => State::Handshake,
            4 | 9 | 11 => State::FinSent,
            5 => State::FinAcknowledged,
            8 => State::CloseWait,
            10 => State::Listen,
            _ => State::Finished,
        }
    }

    /// Whether the peer's end of file has arrived here.
    pub fn peer_is_done(self) -> bool {
        matches!(self, State::CloseWait | State::Finished)
    }
}

/// One TCP socket at the moment of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Its state.
    pub state: State,
    /// Its inode, as in `/proc/PID/fd`; 0 for a connection that nobody has accepted yet.
    pub inode: u32,
    /// Unread bytes, an unread end of file counting as one; for a listening socket, clients in the accept queue.
    pub receive_queue: u32,
    /// Bytes not acknowledged by the peer; for a listening socket, its backlog.
    pub send_queue: u32,
    /// How much has passed through it; `None` once its process has closed it and the kernel keeps only a remainder of it.
    pub progress: Option<Progress>,
}

/// One TCP socket among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dumped {
    pub(crate) socket: Socket,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    /// The number of its state in `include/net/tcp_states.h`.
    pub(crate) kernel_state: u8,
}

/// How much has passed through a connection (`struct tcp_info` in `linux/tcp.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that have arrived in order since the connection began.
    pub received: u64,
    /// Bytes sent since the connection began, each counted once.
    pub sent: u64,
    /// Bytes that were written but not yet sent.
    pub unsent: u32,
    /// Segments with data that have arrived.
    pub segments: u32,
}

impl Progress {
    /// Bytes that the program has written and the kernel has taken.
    pub fn written(self) -> u64 {
        self.sent + u64::from(self.unsent)
    }
}

/// A connection to the kernel's socket diagnosis, for the network namespace in which it was opened.
#[derive(Debug)]
pub struct Diag {
    socket: OwnedFd,
}

impl Diag {
    /// Opens it. Needs no privilege.
    ///
    /// # Errors
    /// When the kernel has no sock_diag.
    pub fn open() -> io::Result<Diag> {
        let protocol = Some(netlink::SOCK_DIAG);
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
        Ok(Diag { socket })
    }

    /// The socket with exactly these addresses, unless it is gone.
    ///
    /// # Errors
    /// When the kernel refuses the question itself.
    pub fn connection(&self, local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Socket>> {
        // Where no connection matches, the kernel names the listening socket that would take it.
        Ok(self.ask(local, Some(remote))?.filter(|socket| socket.state != State::Listen))
    }

    /// The listening socket that would take a connection to `address`.
    ///
    /// # Errors
    /// When the kernel refuses the question itself.
    pub fn listener(&self, address: SocketAddr) -> io::Result<Option<Socket>> {
        Ok(self.ask(address, None)?.filter(|socket| socket.state == State::Listen))
    }

    /// All TCP sockets of the namespace, each with its addresses and its state as the kernel numbers it.
    ///
    /// # Errors
    /// When the kernel refuses the question itself.
    pub(crate) fn dump(&self) -> io::Result<Vec<Dumped>> {
        let mut sockets = Vec::new();
        for any in ANY {
            self.each(request(SocketAddr::new(any, 0), None), |message| {
                if let (Some(socket), Some((local, remote))) = (parse(message)?, addresses(message)) {
                    sockets.push(Dumped { socket, local, remote, kernel_state: message[HEADER + 1] });
                }
                Ok(())
            })?;
        }
        Ok(sockets)
    }

    /// The namespace's Unix, UDP and netlink sockets, by their inodes: those beside TCP that programs wait on. To ask for all of these is
    /// cheap, other than for those of TCP, whose table is the machine's.
    ///
    /// # Errors
    /// When the kernel refuses the question itself, or `/proc` cannot be read.
    pub(crate) fn beside_tcp(&self) -> io::Result<HashSet<u32>> {
        let mut sockets = HashSet::new();
        self.each(unix_request(0), |message| {
            // `udiag_ino` in `struct unix_diag_msg`.
            sockets.extend(u32_at(message, HEADER + 4));
            Ok(())
        })?;
        for any in ANY {
            self.each(dump_request(any, IPPROTO_UDP, 0), |message| {
                sockets.extend(u32_at(message, HEADER + 68));
                Ok(())
            })?;
        }
        // The last word of each line, after a line of names.
        let netlink = std::fs::read_to_string("/proc/net/netlink")?;
        sockets.extend(
            netlink
                .lines()
                .skip(1)
                .filter_map(|line| line.rsplit(' ').find(|word| !word.is_empty())?.parse::<u32>().ok()),
        );
        Ok(sockets)
    }

    /// The memory that the kernel keeps for all sockets of the namespace, in bytes: what was sent, or has come and was not read yet.
    /// Sockets that nobody has accepted, that were closed, or that travel between processes count too. Those of TCP and UDP are left out
    /// as long as all of the machine have less than [`LITTLE`].
    ///
    /// # Errors
    /// When the kernel refuses the question itself, or `/proc` cannot be read.
    pub(crate) fn buffers(&self) -> io::Result<u64> {
        let mut total = 0;
        if memory_of_all()? >= LITTLE {
            for (any, protocol) in ANY.into_iter().flat_map(|any| [(any, IPPROTO_TCP), (any, IPPROTO_UDP)]) {
                self.each(dump_request(any, protocol, 1 << (INET_DIAG_SKMEMINFO - 1)), |message| {
                    total += buffers(message.get(HEADER + 72..), INET_DIAG_SKMEMINFO);
                    Ok(())
                })?;
            }
        }
        self.each(unix_request(UDIAG_SHOW_MEMINFO), |message| {
            total += buffers(message.get(HEADER + 16..), UNIX_DIAG_MEMINFO);
            Ok(())
        })?;
        Ok(total)
    }

    /// Asks for all sockets of a kind, and calls `take` with the message about each.
    fn each(&self, mut question: Vec<u8>, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        question[6..8].copy_from_slice(&(NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes());
        send(&self.socket, &question, SendFlags::empty())?;
        let mut buffer = [0_u8; 1 << 15];
        loop {
            let (length, _) = match recv(&self.socket, &mut buffer, RecvFlags::empty()) {
                Err(Errno::INTR) => continue,
                other => other?,
            };
            let mut rest = buffer.get(..length).unwrap_or_default();
            while let Some(length) = u32_at(rest, 0).map(|length| length as usize).filter(|l| *l >= HEADER) {
                let message = rest.get(..length).ok_or_else(malformed)?;
                match u16_at(message, 4) {
                    Some(NLMSG_DONE) => return Ok(()),
                    // The kernel was built without this kind of diagnosis.
                    Some(NLMSG_ERROR) => return parse(message).map(drop),
                    _ => take(message)?,
                }
                rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
            }
        }
    }

    fn ask(&self, local: SocketAddr, remote: Option<SocketAddr>) -> io::Result<Option<Socket>> {
        send(&self.socket, &request(local, remote), SendFlags::empty())?;
        let mut answer = [0_u8; 1024];
        loop {
            let (length, _) = match recv(&self.socket, &mut answer, RecvFlags::empty()) {
                Err(Errno::INTR) => continue,
                other => other?,
            };
            return parse(answer.get(..length).unwrap_or_default());
        }
    }
}

/// A small part of what a submission may use, in bytes.
const LITTLE: u64 = 8 << 20;

const HEADER: usize = 16;
const REQUEST: usize = HEADER + 56;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const INET_DIAG_INFO: u16 = 2;
const INET_DIAG_SKMEMINFO: u16 = 7;
const UNIX_DIAG_MEMINFO: u16 = 5;
const UDIAG_SHOW_MEMINFO: u32 = 0x20;
const IPPROTO_TCP: u8 = 6;
const IPPROTO_UDP: u8 = 17;
const ANY: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];

/// `struct nlmsghdr` and `struct inet_diag_req_v2` (`linux/inet_diag.h`).
fn request(local: SocketAddr, remote: Option<SocketAddr>) -> Vec<u8> {
    let remote = remote.unwrap_or(match local {
        SocketAddr::V4(_) => SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        SocketAddr::V6(_) => SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0),
    });
    let family = if local.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let mut message = Vec::with_capacity(REQUEST);
    message.extend((REQUEST as u32).to_ne_bytes());
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend(NLM_F_REQUEST.to_ne_bytes());
    message.extend([0; 8]);
    message.push(u8::try_from(family.as_raw()).unwrap_or_default());
    message.push(IPPROTO_TCP);
    message.push(1 << (INET_DIAG_INFO - 1));
    message.push(0);
    message.extend(u32::MAX.to_ne_bytes());
    message.extend(local.port().to_be_bytes());
    message.extend(remote.port().to_be_bytes());
    message.extend(octets(local.ip()));
    message.extend(octets(remote.ip()));
    message.extend([0; 4]); // any interface
    message.extend([0xff; 8]); // INET_DIAG_NOCOOKIE
    message
}

/// A question about all sockets of that family and protocol, which asks for `attributes`.
fn dump_request(any: IpAddr, protocol: u8, attributes: u8) -> Vec<u8> {
    let mut message = request(SocketAddr::new(any, 0), None);
    message[HEADER + 1] = protocol;
    message[HEADER + 2] = attributes;
    message
}

/// `struct nlmsghdr` and `struct unix_diag_req` (`linux/unix_diag.h`), which asks for `attributes` of Unix sockets in any state.
fn unix_request(attributes: u32) -> Vec<u8> {
    const LENGTH: u32 = 16 + 24;
    let mut message = Vec::with_capacity(LENGTH as usize);
    message.extend(LENGTH.to_ne_bytes());
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend(NLM_F_REQUEST.to_ne_bytes());
    message.extend([0; 8]);
    message.extend([u8::try_from(AddressFamily::UNIX.as_raw()).unwrap_or_default(), 0, 0, 0]);
    message.extend(u32::MAX.to_ne_bytes());
    message.extend([0; 4]); // any inode
    message.extend(attributes.to_ne_bytes());
    message.extend([0xff; 8]); // no cookie
    message
}

/// The memory of all the machine's TCP and UDP sockets, in bytes: `mem`, in pages, which each namespace is told (`net/ipv4/proc.c` in the
/// kernel). A processor may keep a MiB to itself that is not in it.
fn memory_of_all() -> io::Result<u64> {
    let counts = Sockstat::read()?;
    let pages = counts.number("TCP:", "mem") + counts.number("UDP:", "mem");
    Ok(pages * rustix::param::page_size() as u64)
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V6(address) => address.octets(),
        IpAddr::V4(address) => {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&address.octets());
            octets
        }
    }
}

/// The local and the remote address in a `struct inet_diag_msg`.
fn addresses(message: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let family = u16::from(*message.get(HEADER)?);
    let address = |port: usize, octets: usize| {
        let port = u16::from_be_bytes(message.get(HEADER + port..HEADER + port + 2)?.try_into().ok()?);
        let octets: [u8; 16] = message.get(HEADER + octets..HEADER + octets + 16)?.try_into().ok()?;
        let ip = if family == AddressFamily::INET.as_raw() {
            IpAddr::from([octets[0], octets[1], octets[2], octets[3]])
        } else {
            // A server on both families sees an IPv4 client under a mapped address.
            Ipv6Addr::from(octets).to_canonical()
        };
        Some(SocketAddr::new(ip, port))
    };
    Some((address(4, 8)?, address(6, 24)?))
}

fn malformed() -> io::Error {
    io::Error::other("sock_diag gave an answer that cannot be read")
}

/// `struct inet_diag_msg` and, among the attributes after it, `struct tcp_info` (`linux/tcp.h`).
fn parse(message: &[u8]) -> io::Result<Option<Socket>> {
    if u16_at(message, 4).ok_or_else(malformed)? == NLMSG_ERROR {
        let error = u32_at(message, HEADER).ok_or_else(malformed)?.cast_signed();
        return match Errno::from_raw_os_error(-error) {
            Errno::NOENT => Ok(None),
            error => Err(error.into()),
        };
    }
    let field = |offset| u32_at(message, HEADER + offset).ok_or_else(malformed);
    let state = State::from_kernel(*message.get(HEADER + 1).ok_or_else(malformed)?);
    let progress =
        attribute(message.get(HEADER + 72..).unwrap_or_default(), INET_DIAG_INFO).and_then(|info| {
            let sent = u64_at(info, 200)?.saturating_sub(u64_at(info, 208)?);
            let (unsent, segments) = (u32_at(info, 144)?, u32_at(info, 152)?);
            Some(Progress { received: u64_at(info, 128)?, sent, unsent, segments })
        });
    Ok(Some(Socket { state, inode: field(68)?, receive_queue: field(56)?, send_queue: field(60)?, progress }))
}

/// The bytes in a socket's buffers, by the numbers (SK_MEMINFO_* in `linux/sock_diag.h`) in the attribute of this kind: received but not
/// read; options and filters; received while it was in use; and the larger of two counts of what was sent, since TCP counts what is on
/// the way among what is queued.
fn buffers(attributes: Option<&[u8]>, kind: u16) -> u64 {
    let Some(numbers) = attributes.and_then(|attributes| attribute(attributes, kind)) else { return 0 };
    let number = |index: usize| u32_at(numbers, 4 * index).map_or(0, u64::from);
    let [received, sent, queued, options, backlog] = [0, 2, 5, 6, 7].map(number);
    received + sent.max(queued) + options + backlog
}

/// The value of the attribute of this kind.
fn attribute(mut attributes: &[u8], kind: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16_at(attributes, 0)?).max(4);
        if u16_at(attributes, 2)? == kind {
            return attributes.get(4..length);
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(offset..offset + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(offset..offset + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(offset..offset + 8)?.try_into().ok()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    /// Waits until `clients` clients are in the accept queue: each knows of its connection a moment earlier.
    pub(crate) fn until_queued(diag: &Diag, address: SocketAddr, clients: u32) {
        while diag.listener(address).unwrap().unwrap().receive_queue < clients {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_listener_shows_who_waits_and_connections_show_what_is_unread() {
        let diag = Diag::open().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(diag.listener(address).unwrap().unwrap().receive_queue, 0);
        let mut client = TcpStream::connect(address).unwrap();
        until_queued(&diag, address, 1);
        assert_eq!(diag.listener(address).unwrap().unwrap().receive_queue, 1);
        client.write_all(b"hello").unwrap();
        let local = client.local_addr().unwrap();
        let waiting = diag.connection(address, local).unwrap().unwrap();
        assert_eq!((waiting.inode, waiting.receive_queue), (0, 5));
        assert_eq!(waiting.progress.unwrap().received, 5);
        let (mut accepted, _) = listener.accept().unwrap();
        accepted.read_exact(&mut [0; 5]).unwrap();
        let read = diag.connection(address, local).unwrap().unwrap();
        assert!(read.inode != 0 && read.receive_queue == 0 && read.state == State::Established);
        assert_eq!(diag.connection(local, address).unwrap().unwrap().progress.unwrap().sent, 5);
        drop(client);
        assert_eq!(diag.connection(address, local).unwrap().unwrap().state, State::CloseWait);
    }

    #[test]
    fn a_dump_holds_every_socket_with_its_addresses() {
        let diag = Diag::open().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let clients: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(address).unwrap()).collect();
        until_queued(&diag, address, 100);
        let dump = diag.dump().unwrap();
        let listening = dump.iter().find(|found| found.local == address && found.kernel_state == 10).unwrap();
        assert_eq!(listening.socket.receive_queue, 100);
        for client in clients {
            let local = client.local_addr().unwrap();
            let found = dump.iter().find(|found| (found.local, found.remote) == (local, address)).unwrap();
            assert_eq!(diag.connection(local, address).unwrap().unwrap(), found.socket);
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let diag = Diag::open().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(diag.connection(address, "127.0.0.1:1".parse().unwrap()).unwrap(), None);
        drop(listener);
        assert_eq!(diag.listener(address).unwrap(), None);
    }

    #[test]
    fn a_listener_on_every_interface_is_found_over_both_families() {
        let diag = Diag::open().unwrap();
        let Ok(listener) = TcpListener::bind("[::]:0") else { return };
        let port = listener.local_addr().unwrap().port();
        for address in [format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
            assert!(diag.listener(address.parse().unwrap()).unwrap().is_some(), "{address}");
        }
    }
}
