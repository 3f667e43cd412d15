//! All that the kernel shows of a program at one moment, whoever its peers are.

use crate::diag::Dumped;
use crate::files::{Waits, socket_inode};
use crate::kept::read;
use crate::observer::Observer;
use crate::thread::Thread;
use crate::usage::kibibytes;
use model::{Endpoint, Picture, ProcessPicture, SocketPicture, ThreadPicture};
use std::collections::HashMap;
use std::fs;
use std::io;

/// Which processes have a socket open, and as which descriptors, by its inode.
type Holders = HashMap<u32, Vec<(i32, i32)>>;

impl Observer {
    /// Takes a picture. It looks at processes, threads and sockets one after the other: what a running program does meanwhile may show in
    /// one and not yet in another.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read; another user's processes cannot be looked into.
    pub fn picture(&mut self) -> io::Result<Picture> {
        let pids = self.processes()?;
        let threads = self.threads()?;
        let dump = self.diag().dump()?;
        let holders = holders(&pids);
        let sockets: HashMap<u32, (Endpoint, crate::Socket)> = dump
            .iter()
            .filter(|found| found.socket.inode != 0)
            .map(|found| (found.socket.inode, (endpoint(found), found.socket)))
            .collect();
        let mut processes = Vec::new();
        for pid in in_order(self, pids)? {
            processes.extend(self.process(pid, &threads, &sockets)?);
        }
        Ok(Picture { processes, sockets: pictures(&dump, &holders) })
    }

    fn process(
        &mut self,
        (pid, parent): (i32, i32),
        threads: &[Thread],
        sockets: &HashMap<u32, (Endpoint, crate::Socket)>,
    ) -> io::Result<Option<ProcessPicture>> {
        let Some(status) = read(&format!("/proc/{pid}/status"), &mut self.buffer)? else { return Ok(None) };
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let is_zombie = field("State:").is_some_and(|state| state.starts_with('Z'));
        let memory = kibibytes(status, &["VmRSS:"]) * 1024;
        let name = field("Name:").unwrap_or_default().to_owned();
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&words).trim_end_matches('\0').replace('\0', " ");
        let own: Vec<Thread> = threads.iter().filter(|thread| thread.pid == pid).cloned().collect();
        let waits = self.waits(&own)?;
        let view = |(thread, waits): (&Thread, &Waits)| ThreadPicture {
            tid: thread.tid,
            view: self.view(thread, waits, &name, 1, sockets),
        };
        Ok(Some(ProcessPicture {
            pid,
            parent,
            is_zombie,
            memory,
            threads: own.iter().zip(&waits).map(view).collect(),
            command: if command.is_empty() { name.clone() } else { command },
        }))
    }

    /// Whether all threads are blocked.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn is_at_rest(&mut self) -> io::Result<bool> {
        Ok(self.threads()?.iter().all(Thread::is_at_rest))
    }
}

/// The processes with their parents: parents before children, siblings by number.
fn in_order(observer: &mut Observer, mut pids: Vec<i32>) -> io::Result<Vec<(i32, i32)>> {
    pids.sort_unstable();
    let mut parents = HashMap::new();
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for pid in &pids {
        let stat = read(&format!("/proc/{pid}/stat"), &mut observer.buffer)?.unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let parent = after_name.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok());
        let parent = parent.unwrap_or(0);
        parents.insert(*pid, parent);
        children.entry(parent).or_default().push(*pid);
    }
    let mut ordered = Vec::new();
    let mut stack: Vec<i32> =
        pids.iter().copied().filter(|pid| !parents.contains_key(&parents[pid])).rev().collect();
    while let Some(pid) = stack.pop() {
        ordered.push((pid, parents[&pid]));
        stack.extend(children.remove(&pid).into_iter().flatten().rev());
    }
    Ok(ordered)
}

fn holders(pids: &[i32]) -> Holders {
    let mut holders = Holders::new();
    for pid in pids {
        // A process that has ended, or another user's, shows none.
        let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
        for entry in entries.flatten() {
            let Some(descriptor) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if let Some(inode) = socket_inode(*pid, descriptor) {
                holders.entry(inode).or_default().push((*pid, descriptor));
            }
        }
    }
    holders
}

fn endpoint(found: &Dumped) -> Endpoint {
    Endpoint { local: found.local, remote: (found.kernel_state != LISTEN).then_some(found.remote) }
}

/// The program's sockets: those that it holds, and connections that wait for it to accept them.
fn pictures(dump: &[Dumped], holders: &Holders) -> Vec<SocketPicture> {
    let is_held = |found: &Dumped| holders.contains_key(&found.socket.inode);
    let ports: Vec<u16> = dump
        .iter()
        .filter(|found| found.kernel_state == LISTEN && is_held(found))
        .map(|found| found.local.port())
        .collect();
    // Both ends of a connection that nobody holds any more have no inode either, but they are done.
    let waits =
        |found: &Dumped| found.socket.inode == 0 && ports.contains(&found.local.port()) && is_open(found);
    let mut sockets: Vec<SocketPicture> = dump
        .iter()
        .filter(|found| is_held(found) || waits(found))
        .map(|found| SocketPicture {
            local: found.local,
            remote: endpoint(found).remote,
            state: state(found.kernel_state).to_owned(),
            // An unread end of file counts as a byte in the kernel's figure.
            receive_queue: found
                .socket
                .receive_queue
                .saturating_sub(u32::from(found.socket.state.peer_is_done())),
            send_queue: found.socket.send_queue,
            holders: holders.get(&found.socket.inode).cloned().unwrap_or_default(),
        })
        .collect();
    sockets.sort_by_key(|socket| (socket.remote.is_some(), socket.local, socket.remote));
    sockets
}

const LISTEN: u8 = 10;

fn is_open(found: &Dumped) -> bool {
    matches!(state(found.kernel_state), "ESTABLISHED" | "CLOSE-WAIT")
}

/// The name that RFC 9293 gives a state, by its number in `include/net/tcp_states.h`.
fn state(number: u8) -> &'static str {
    const NAMES: [&str; 12] = [
        "ESTABLISHED",
        "SYN-SENT",
        "SYN-RECEIVED",
        "FIN-WAIT-1",
        "FIN-WAIT-2",
        "TIME-WAIT",
        "CLOSED",
        "CLOSE-WAIT",
        "LAST-ACK",
        "LISTEN",
        "CLOSING",
        "SYN-RECEIVED",
    ];
    NAMES.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or("UNKNOWN")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;
    use crate::diag::{Diag, tests::until_queued};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_picture_shows_who_holds_which_socket_and_who_waits() {
        let own = i32::try_from(std::process::id()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let first = TcpStream::connect(address).unwrap();
        let (_accepted, _) = listener.accept().unwrap();
        let second = TcpStream::connect(address).unwrap();
        until_queued(&Diag::open().unwrap(), address, 1);
        let picture = Observer::new(Scope::Tree(own)).unwrap().picture().unwrap();
        let process = picture.processes.iter().find(|process| process.pid == own).unwrap();
        assert!(!process.is_zombie && process.memory > 0 && !process.threads.is_empty());
        let socket = |local, remote| {
            picture.sockets.iter().find(|socket| (socket.local, socket.remote) == (local, remote)).unwrap()
        };
        let listening = socket(address, None);
        assert_eq!((listening.state.as_str(), listening.receive_queue), ("LISTEN", 1));
        let served = socket(address, Some(first.local_addr().unwrap()));
        assert_eq!((served.state.as_str(), served.holders.len()), ("ESTABLISHED", 1));
        assert!(socket(address, Some(second.local_addr().unwrap())).holders.is_empty());
    }
}
