//! A picture for programs: schema 1. Fields are only ever added; a change of meaning gets a new schema number.

use crate::escape;
use crate::json::document;
use model::{Picture, ProcessPicture, SocketPicture, ThreadPicture};
use serde::Serialize;
use std::io;

/// Writes a picture as one indented JSON document with a line feed at its end.
pub fn write(picture: &Picture, out: &mut impl io::Write) -> io::Result<()> {
    document(
        &Document {
            schema: 1,
            processes: picture.processes.iter().map(Process::of).collect(),
            sockets: picture.sockets.iter().map(Socket::of).collect(),
        },
        out,
    )
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    processes: Vec<Process>,
    sockets: Vec<Socket>,
}

#[derive(Serialize)]
struct Process {
    pid: i32,
    parent: i32,
    command: String,
    zombie: bool,
    memory_bytes: u64,
    threads: Vec<Thread>,
}

#[derive(Serialize)]
struct Thread {
    tid: i32,
    name: String,
    /// The system call in which it is blocked, or `running`.
    call: String,
    timeout_ms: Option<u64>,
    /// The socket that the call waits for, by its addresses.
    local: Option<String>,
    remote: Option<String>,
    /// What the call waits for if that is something else.
    object: Option<String>,
}

#[derive(Serialize)]
struct Socket {
    local: String,
    /// `None` for a listening socket.
    remote: Option<String>,
    state: String,
    /// Unread bytes; for a listening socket, clients that wait to be accepted.
    receive_queue: u32,
    /// Bytes not acknowledged; for a listening socket, its backlog.
    send_queue: u32,
    /// Empty for a connection that waits to be accepted.
    holders: Vec<Holder>,
}

#[derive(Serialize)]
struct Holder {
    pid: i32,
    descriptor: i32,
}

impl Process {
    fn of(process: &ProcessPicture) -> Process {
        Process {
            pid: process.pid,
            parent: process.parent,
            command: escape::text(&process.command),
            zombie: process.is_zombie,
            memory_bytes: process.memory,
            threads: process.threads.iter().map(Thread::of).collect(),
        }
    }
}

impl Thread {
    fn of(ThreadPicture { tid, view }: &ThreadPicture) -> Thread {
        let endpoint = view.socket.as_ref().map(|socket| socket.endpoint);
        Thread {
            tid: *tid,
            name: escape::text(&view.thread),
            call: view.call.clone(),
            timeout_ms: view.timeout_ms,
            local: endpoint.map(|endpoint| endpoint.local.to_string()),
            remote: endpoint.and_then(|endpoint| endpoint.remote).map(|remote| remote.to_string()),
            object: view.object.as_deref().map(escape::text),
        }
    }
}

impl Socket {
    fn of(socket: &SocketPicture) -> Socket {
        let holder = |(pid, descriptor): &(i32, i32)| Holder { pid: *pid, descriptor: *descriptor };
        Socket {
            local: socket.local.to_string(),
            remote: socket.remote.map(|remote| remote.to_string()),
            state: socket.state.clone(),
            receive_queue: socket.receive_queue,
            send_queue: socket.send_queue,
            holders: socket.holders.iter().map(holder).collect(),
        }
    }
}
