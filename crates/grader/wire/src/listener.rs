//! The grader as a server, for programs that are clients.

use crate::patience::{Attempt, Caller, Interest, Patience};
use crate::peer::Peer;
use crate::transcript::Transcript;
use model::{Action, Failure, Kind, Step};
use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::rc::Rc;

/// A listening socket of the grader's.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    accepted: Cell<usize>,
    patience: Rc<dyn Patience>,
    transcript: Rc<Transcript>,
}

impl Listener {
    /// Listens on `address`; port 0 lets the kernel choose.
    ///
    /// # Errors
    /// A fault when the address cannot be had.
    pub fn bind(
        address: SocketAddr,
        patience: Rc<dyn Patience>,
        transcript: Rc<Transcript>,
    ) -> Step<Listener> {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        Ok(Listener { socket, address, accepted: Cell::new(0), patience, transcript })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the program to connect.
    ///
    /// # Errors
    /// A failure when it never will.
    pub fn accept(&self) -> Step<Peer> {
        let mut connection = None;
        let still = self.patience.until(&[(self.socket.as_fd(), Interest::Readable)], &mut || {
            match self.socket.accept() {
                Ok(accepted) => connection = Some(accepted),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            Ok(Attempt::done_if(connection.is_some()))
        })?;
        if let Some((socket, remote)) = connection {
            self.accepted.set(self.accepted.get() + 1);
            let name = match self.accepted.get() {
                1 => "server".to_owned(),
                n => format!("server, connection {n}"),
            };
            self.transcript.record(&name, Action::Accept, remote.to_string().as_bytes());
            let (patience, transcript) = (self.patience.clone(), self.transcript.clone());
            return Peer::new(name, socket, remote, Caller::Program, patience, transcript);
        }
        let failure = match still {
            Some(still) => still.failure(&format!("it did not connect to {}", self.address)),
            None => Failure::new(Kind::Silence, format!("it did not connect to {}", self.address)),
        };
        Err(failure.expected(format!("a connection to {}", self.address)).got("no connection").into())
    }
}
