//! A running program at one moment: its processes and threads, the calls that they are in, and its sockets.

use crate::ThreadView;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// All processes of a program, and the TCP sockets that they hold or that wait for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Parents before their children.
    pub processes: Vec<ProcessPicture>,
    /// Listening sockets first, then connections, by their addresses.
    pub sockets: Vec<SocketPicture>,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessPicture {
    /// Its id.
    pub pid: i32,
    /// Its parent's id.
    pub parent: i32,
    /// Its command line, or its name if it has none any more.
    pub command: String,
    /// Whether it has ended and was not waited for.
    pub is_zombie: bool,
    /// Memory that it has resident, in bytes.
    pub memory: u64,
    /// Its threads; the first is the one that it began with.
    pub threads: Vec<ThreadPicture>,
}

/// One thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadPicture {
    /// Its id.
    pub tid: i32,
    /// What it does.
    pub view: ThreadView,
}

/// One TCP socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketPicture {
    /// The address on the program's side.
    pub local: SocketAddr,
    /// The peer's address; none for a listening socket.
    pub remote: Option<SocketAddr>,
    /// The state by its usual name: `LISTEN`, `ESTABLISHED`, `CLOSE-WAIT`.
    pub state: String,
    /// Unread bytes; for a listening socket, clients that wait to be accepted.
    pub receive_queue: u32,
    /// Bytes that the peer has not acknowledged; for a listening socket, its backlog.
    pub send_queue: u32,
    /// Which processes have it open, and as which descriptor. Empty for a connection that waits to be accepted.
    pub holders: Vec<(i32, i32)>,
}
