//! What was seen: the conversation as the grader's peers had it, and the program as the kernel shows it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;

/// What one side did, as one line of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// The program was started; the data is its command line.
    Start,
    /// The program listens; the data is its address.
    Listen,
    /// The grader's client connected to the program.
    Connect,
    /// The program connected to the grader's listener.
    Accept,
    /// The grader's peer sent bytes.
    Send,
    /// The grader's peer received bytes.
    Receive,
    /// The grader's peer closed its sending side.
    HalfClose,
    /// The grader's peer closed its socket.
    Close,
    /// The grader's peer reset the connection.
    Reset,
    /// The program closed its sending side or its socket: end of file arrived.
    PeerClosed,
    /// The program, or its kernel, reset the connection.
    PeerReset,
    /// The grader wrote to the program's standard input.
    Input,
    /// The grader closed the program's standard input: there it reads end of file.
    InputEnd,
    /// The program ended; the data says how.
    Exit,
    /// Something that the check wants to be read beside the rest.
    Note,
}

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Microseconds since the check began. For reading only: no verdict depends on it.
    pub t_us: u64,
    /// Who it concerns: `client 2`, `server`, or the name of a program.
    pub peer: String,
    /// What happened.
    pub action: Action,
    /// The bytes concerned; a long run is cut to its beginning.
    pub data: Vec<u8>,
    /// How many bytes there were before the cut.
    pub length: u64,
}

/// All that happened in a check, for whoever wants to look into it later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The conversation.
    pub transcript: Vec<Event>,
    /// What the programs printed, both streams as they came.
    pub output: Vec<u8>,
}

/// A local and a remote address, as the program's socket has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// The address on the program's side.
    pub local: SocketAddr,
    /// The address of its peer; `None` for a listening socket.
    pub remote: Option<SocketAddr>,
}

/// What a thread's call waits on, with its queues at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketView {
    /// The addresses that identify it.
    pub endpoint: Endpoint,
    /// For a connection: bytes that lie unread. For a listening socket: clients that wait to be accepted.
    pub receive_queue: u32,
    /// For a connection: bytes that the peer has not acknowledged. For a listening socket: the backlog.
    pub send_queue: u32,
}

impl fmt::Display for SocketView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.endpoint.remote {
            Some(remote) => {
                write!(f, "{} ⇄ {remote}", self.endpoint.local)?;
                match self.receive_queue {
                    0 => write!(f, ", nothing unread"),
                    1 => write!(f, ", 1 byte unread"),
                    n => write!(f, ", {n} bytes unread"),
                }
            }
            None => {
                write!(f, "the listening socket {}", self.endpoint.local)?;
                match self.receive_queue {
                    0 => write!(f, ", nobody waiting"),
                    1 => write!(f, ", 1 client waiting"),
                    n => write!(f, ", {n} clients waiting"),
                }
            }
        }
    }
}

/// One thread of the submission as the kernel shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadView {
    /// The lab's program that it belongs to, with the process id if there are several processes.
    pub process: String,
    /// The process id, as the grader sees it.
    pub pid: i32,
    /// The thread's name: `main` for the first thread of a process.
    pub thread: String,
    /// The system call in which it is blocked, or its state: `running`.
    pub call: String,
    /// How long it may be blocked there at most, in milliseconds; `None`: for ever, or unknown.
    pub timeout_ms: Option<u64>,
    /// What the call waits on when that is a TCP socket.
    pub socket: Option<SocketView>,
    /// What the call waits on when that is something else: `a pipe`, `standard input`.
    pub object: Option<String>,
}

impl ThreadView {
    /// What it does: that it runs or waits for a disk, or in which call it is blocked.
    pub fn doing(&self) -> String {
        match &*self.call {
            doing @ ("running" | "waiting for a disk") => doing.to_owned(),
            call => format!("blocked in {call}"),
        }
    }
}

impl fmt::Display for ThreadView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: thread {} ", self.process, self.thread)?;
        write!(f, "is {}", self.doing())?;
        if let Some(socket) = &self.socket {
            write!(f, " on {socket}")?;
        } else if let Some(object) = &self.object {
            write!(f, " on {object}")?;
        }
        match self.timeout_ms {
            Some(timeout) => write!(f, " (for {timeout} ms at most)"),
            None => Ok(()),
        }
    }
}
