//! All clients of a server, in one epoll set.

use super::{ANSWER, LINE};
use crate::unmeasured::Unmeasured;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::sockopt::set_tcp_nodelay;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect, recv, send, socket_with,
};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// How many events are taken from the kernel at once.
const BATCH: usize = 1024;
/// How many bytes one read asks for.
const READ_SIZE: usize = 64 << 10;
/// How long a handshake may take. A lost SYN is repeated for the first time after a second.
const HANDSHAKE: Timespec = Timespec { tv_sec: 3, tv_nsec: 0 };

/// The clients, numbered from 0.
pub(crate) struct Crowd {
    epoll: OwnedFd,
    address: SocketAddr,
    clients: Vec<Client>,
    events: Vec<Event>,
    buffer: Vec<u8>,
}

struct Client {
    socket: OwnedFd,
    /// Bytes since it was connected, or since [`Crowd::forget`].
    received: usize,
}

/// The result of one read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    /// How many bytes the client has now.
    pub(crate) total: usize,
    /// How many of them are new.
    pub(crate) fresh: usize,
    /// Whether the server has closed the connection.
    pub(crate) ended: bool,
}

impl Crowd {
    /// No clients yet, for a server at this address.
    ///
    /// # Errors
    /// When the kernel refuses an epoll set.
    pub(crate) fn new(address: SocketAddr) -> io::Result<Crowd> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let events = Vec::with_capacity(BATCH);
        Ok(Crowd { epoll, address, clients: Vec::new(), events, buffer: vec![0; READ_SIZE] })
    }

    /// How many clients there are.
    pub(crate) fn len(&self) -> usize {
        self.clients.len()
    }

    /// Connects one more client and returns its number.
    ///
    /// # Errors
    /// When the connection cannot be made.
    pub(crate) fn connect(&mut self) -> Result<usize, Unmeasured> {
        let index = self.clients.len();
        let client = self.open(index)?;
        self.clients.push(client);
        Ok(index)
    }

    /// Connects another client in place of this one, which leaves, or after the last.
    ///
    /// # Errors
    /// As [`Crowd::connect`].
    pub(crate) fn replace(&mut self, index: usize) -> Result<(), Unmeasured> {
        let client = self.open(index)?;
        match self.clients.get_mut(index) {
            Some(old) => *old = client,
            None => self.clients.push(client),
        }
        Ok(())
    }

    /// Lets all clients leave.
    pub(crate) fn clear(&mut self) {
        self.clients.clear();
    }

    fn open(&self, index: usize) -> Result<Client, Unmeasured> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = match socket_with(AddressFamily::INET, SocketType::STREAM, flags, None) {
            Err(Errno::MFILE | Errno::NFILE) => {
                return Unmeasured::row("the generator has no file descriptor left");
            }
            other => other?,
        };
        set_tcp_nodelay(&socket, true)?;
        match connect(&socket, &self.address) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(Errno::ADDRNOTAVAIL) => {
                return Unmeasured::row("the network has no port left for another client");
            }
            Err(error) => return Unmeasured::row(format!("client {}: {error}", index + 1)),
        }
        // On loopback the handshake is usually complete by now, so this does not wait.
        let mut connected = [PollFd::new(&socket, PollFlags::OUT)];
        if poll(&mut connected, Some(&HANDSHAKE))? == 0 {
            return Unmeasured::row(format!(
                "the connection of client {} is not completed within 3 s",
                index + 1
            ));
        }
        if connected[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
            return Unmeasured::row(format!("the connection of client {} is refused", index + 1));
        }
        epoll::add(&self.epoll, &socket, EventData::new_u64(index as u64), EventFlags::IN)?;
        Ok(Client { socket, received: 0 })
    }

    /// Sends the line.
    ///
    /// # Errors
    /// When the connection is gone, or full because the server does not read.
    pub(crate) fn speak(&self, index: usize) -> Result<(), Unmeasured> {
        self.say(index, LINE)
    }

    /// Sends these few bytes.
    ///
    /// # Errors
    /// As [`Crowd::speak`].
    pub(crate) fn say(&self, index: usize, bytes: &[u8]) -> Result<(), Unmeasured> {
        match send(&self.clients[index].socket, bytes, SendFlags::NOSIGNAL) {
            Ok(count) if count == bytes.len() => Ok(()),
            Ok(_) | Err(Errno::AGAIN) => {
                Unmeasured::row(format!("it does not read what client {} sends", index + 1))
            }
            Err(_) => lost(index),
        }
    }

    /// Waits until something has come for a client, for at most `limit`. Returns for how many clients.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn wait(&mut self, limit: Duration) -> io::Result<usize> {
        self.events.clear();
        let limit = Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: limit.subsec_nanos().into(),
        };
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&limit)) {
            Ok(count) => Ok(count),
            Err(Errno::INTR) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// The client of the event with this number in the last wait.
    pub(crate) fn ready(&self, event: usize) -> usize {
        usize::try_from(self.events[event].data.u64()).unwrap_or(usize::MAX)
    }

    /// Reads once. The bytes are in [`Crowd::text`] until the next read.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn receive(&mut self, index: usize) -> io::Result<Received> {
        let client = &mut self.clients[index];
        let (fresh, ended) = match recv(&client.socket, &mut *self.buffer, RecvFlags::empty()) {
            Ok((0, _)) | Err(Errno::CONNRESET | Errno::PIPE) => (0, true),
            Ok((count, _)) => (count, false),
            Err(Errno::AGAIN | Errno::INTR) => (0, false),
            Err(error) => return Err(error.into()),
        };
        client.received += fresh;
        Ok(Received { total: client.received, fresh, ended })
    }

    /// Reads once from a client whose connection must not have ended.
    ///
    /// # Errors
    /// When it has.
    pub(crate) fn receive_more(&mut self, index: usize) -> Result<Received, Unmeasured> {
        let received = self.receive(index)?;
        if received.ended { lost(index) } else { Ok(received) }
    }

    /// Whether the bytes of the last read end with the answer to the line, or with the rest of it. A greeting does not.
    pub(crate) fn has_answer(&self, received: Received) -> bool {
        let text = self.text(received);
        !text.is_empty() && (text.ends_with(ANSWER) || ANSWER.ends_with(text))
    }

    /// The bytes of the last read.
    pub(crate) fn text(&self, received: Received) -> &[u8] {
        &self.buffer[..received.fresh]
    }

    /// Starts counting each client's bytes from 0 again.
    pub(crate) fn forget(&mut self) {
        self.clients.iter_mut().for_each(|client| client.received = 0);
    }
}

fn lost<T>(index: usize) -> Result<T, Unmeasured> {
    Unmeasured::row(format!("it closed the connection of client {}", index + 1))
}
