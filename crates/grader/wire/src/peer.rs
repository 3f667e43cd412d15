//! One connection between the grader and the submission: what the grader's side does.

use crate::connect::{self, is_reset};
use crate::patience::{Attempt, Caller, Interest, Patience};
use crate::transcript::Transcript;
use model::{Action, Failure, Kind, Step};
use rustix::net::sockopt;
use socket2::SockRef;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Duration;

/// How a connection ended, as its peer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// End of file: the program closed its sending side.
    Closed,
    /// The connection was reset.
    Reset,
}

/// How much is received at once before the caller may look at it.
const LARGE: usize = 1 << 20;

/// Why not all could be sent.
enum Stopped {
    Closed(io::Error),
    NotReading(Box<Failure>),
}

/// The grader's end of a connection.
pub struct Peer {
    name: String,
    pub(crate) socket: Rc<TcpStream>,
    ours: SocketAddr,
    theirs: SocketAddr,
    /// Bytes that have arrived and were not expected yet.
    pub(crate) arrived: Vec<u8>,
    pub(crate) ending: Option<Ending>,
    acknowledges_at_once: bool,
    pub(crate) patience: Rc<dyn Patience>,
    transcript: Rc<Transcript>,
}

impl Peer {
    /// Connects to a listening program.
    ///
    /// # Errors
    /// A failure when the program refuses.
    pub fn connect(
        name: String,
        address: SocketAddr,
        patience: Rc<dyn Patience>,
        transcript: Rc<Transcript>,
    ) -> Step<Peer> {
        let socket = connect::connect(&name, address, &*patience)?;
        transcript.record(&name, Action::Connect, address.to_string().as_bytes());
        Peer::new(name, socket, address, Caller::Grader, patience, transcript)
    }

    /// The grader's end of a connection with `theirs`. The socket does not tell that address if the program has already reset it.
    pub(crate) fn new(
        name: String,
        socket: TcpStream,
        theirs: SocketAddr,
        caller: Caller,
        patience: Rc<dyn Patience>,
        transcript: Rc<Transcript>,
    ) -> Step<Peer> {
        socket.set_nonblocking(true)?;
        // Each write leaves at once: this code decides where the stream is cut, not Nagle's algorithm.
        socket.set_nodelay(true)?;
        let ours = socket.local_addr()?;
        patience.connected(ours, theirs, caller)?;
        Ok(Peer {
            name,
            socket: Rc::new(socket),
            ours,
            theirs,
            arrived: Vec::new(),
            ending: None,
            acknowledges_at_once: false,
            patience,
            transcript,
        })
    }

    /// What the transcript calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of the grader's end.
    pub fn ours(&self) -> SocketAddr {
        self.ours
    }

    /// The address of the submission's end.
    pub fn theirs(&self) -> SocketAddr {
        self.theirs
    }

    /// Sends all of `bytes`, in one piece if the kernel takes it so.
    ///
    /// # Errors
    /// A failure when the program has closed the connection, or will never read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Step {
        let bytes = bytes.as_ref();
        match self.write(bytes)? {
            Some(Stopped::Closed(error)) => {
                let summary = format!("{} could not send: the program had closed the connection", self.name);
                let failure = self.lost(Kind::Ended, summary)?.got(error.to_string());
                Err(failure.expected("an open connection").into())
            }
            Some(Stopped::NotReading(failure)) => Err((*failure).into()),
            None => Ok(()),
        }
    }

    /// Sends as much of `bytes` as the program lets it: the program may close or stop reading meanwhile. Tells whether all was sent.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn offer(&mut self, bytes: impl AsRef<[u8]>) -> Step<bool> {
        Ok(self.write(bytes.as_ref())?.is_none())
    }

    /// Sends `pieces` one by one: each only when the kernel shows that the program has read the one before and has nothing left to do. So
    /// no two of them meet in one read.
    ///
    /// # Errors
    /// As [`Peer::send`]; and a failure when the program never reads a piece.
    pub fn send_in_pieces<'a>(&mut self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Step {
        for piece in pieces {
            self.send(piece)?;
            self.wait_until_read()?;
        }
        Ok(())
    }

    /// Waits until the program has read all that was sent and is idle.
    ///
    /// # Errors
    /// A failure when it will never read.
    pub fn wait_until_read(&mut self) -> Step {
        match self.patience.consumed(&[(self.ours, self.theirs)])? {
            None => Ok(()),
            Some(still) => {
                let mut failure =
                    still.failure(&format!("{} sent bytes that the program does not read", self.name));
                if failure.kind == Kind::Silence {
                    failure.kind = Kind::NotReading;
                }
                Err(failure.into())
            }
        }
    }

    /// Closes the sending side: the program sees end of file, and can still answer.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn half_close(&mut self) -> Step {
        self.transcript.record(&self.name, Action::HalfClose, b"");
        match self.socket.shutdown(Shutdown::Write) {
            Err(error) if error.kind() != ErrorKind::NotConnected => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Closes the connection.
    pub fn close(self) {
        self.transcript.record(&self.name, Action::Close, b"");
    }

    /// Resets the connection (RST), as a peer does that crashes or vanishes.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn reset(self) -> Step {
        self.transcript.record(&self.name, Action::Reset, b"");
        Ok(SockRef::from(&*self.socket).set_linger(Some(Duration::ZERO))?)
    }

    fn write(&mut self, bytes: &[u8]) -> Step<Option<Stopped>> {
        let patience = self.patience.clone();
        let mut rest = bytes;
        let mut closed = None;
        let socket = self.socket.clone();
        let still = patience.until(&[(socket.as_fd(), Interest::Writable)], &mut || {
            let mut attempt = Attempt::Idle;
            while !rest.is_empty() && closed.is_none() {
                match (&*socket).write(rest) {
                    Ok(length) => {
                        rest = &rest[length..];
                        attempt = Attempt::Moved;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(attempt),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if is_reset(&error) => closed = Some(error),
                    Err(error) => return Err(error),
                }
            }
            Ok(Attempt::Done)
        })?;
        let sent = bytes.len() - rest.len();
        if sent > 0 {
            self.transcript.record(&self.name, Action::Send, &bytes[..sent]);
        }
        if let Some(error) = closed {
            return Ok(Some(Stopped::Closed(error)));
        }
        Ok(still.map(|still| {
            let missing = format!("{} could send only {sent} of {} bytes", self.name, bytes.len());
            let mut failure = still.failure(&missing);
            if failure.kind == Kind::Silence {
                failure.kind = Kind::NotReading;
            }
            Stopped::NotReading(Box::new(failure))
        }))
    }

    /// From now on acknowledges at once what it takes in (TCP_QUICKACK in tcp(7)): then no program waits for room because an
    /// acknowledgement is late.
    pub fn acknowledge_at_once(&mut self) {
        self.acknowledges_at_once = true;
    }

    /// Whether the program has ended the connection, as far as this has arrived by now.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn has_ended(&mut self) -> Step<bool> {
        self.receive()?;
        Ok(self.ending.is_some())
    }

    /// Whether something has arrived that was not expected yet.
    pub fn has_arrived(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// Takes what has arrived and was not expected yet.
    pub fn take_arrived(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.arrived)
    }

    /// Gives back what was taken, for the next expectation.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.arrived.splice(..0, bytes.iter().copied());
    }

    /// How the program has ended the connection, as far as it is known by now.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Takes in what has arrived, without waiting. Tells whether anything was new, even the end.
    pub(crate) fn receive(&mut self) -> io::Result<bool> {
        // Most answers are short; a long one takes a few reads more.
        let mut buffer = [0; 16384];
        let (before, was_open) = (self.arrived.len(), self.ending.is_none());
        while self.ending.is_none() {
            match (&*self.socket).read(&mut buffer) {
                Ok(0) => self.ending = Some(Ending::Closed),
                Ok(length) => self.arrived.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_reset(&error) => self.ending = Some(Ending::Reset),
                Err(error) => return Err(error),
            }
            if self.arrived.len() - before >= LARGE {
                break;
            }
        }
        let new = &self.arrived[before..];
        if !new.is_empty() {
            if self.acknowledges_at_once {
                // The kernel forgets it after a while.
                sockopt::set_tcp_quickack(&*self.socket, true)?;
            }
            self.transcript.record(&self.name, Action::Receive, new);
        }
        let mut any = !new.is_empty();
        // The end is recorded after the bytes that came before it.
        if let (Some(ending), true) = (self.ending, was_open) {
            let action = if ending == Ending::Closed { Action::PeerClosed } else { Action::PeerReset };
            self.transcript.record(&self.name, action, b"");
            any = true;
        }
        Ok(any)
    }
}
