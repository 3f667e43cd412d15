//! What a blocked thread waits on: the descriptors in its call, through poll, select and epoll sets, and which of them are TCP sockets. A
//! call counts by these sockets, whatever its name and whatever else it waits on: a pipe that ends the program, an eventfd, a Unix socket
//! to a helper are nobody's client.
//!
//! All is read from the thread itself (`/proc/TID/…`): it may have its own table of files, and its process's first thread may have ended.

use crate::files::{Awaited, Sets, Waits, awaited, socket_inode};
use crate::kept::numbers;
use crate::observer::Observer;
use crate::thread::Thread;
use std::collections::HashSet;
use std::io;

impl Observer {
    /// What each of these threads is blocked on; no sockets if it is not blocked, or waits for something else.
    ///
    /// # Errors
    /// When sock_diag cannot be read.
    pub fn waits(&mut self, threads: &[Thread]) -> io::Result<Vec<Waits>> {
        let mut sets = Sets::default();
        threads.iter().map(|thread| self.waits_of(thread, &mut sets)).collect()
    }

    fn waits_of(&mut self, thread: &Thread, sets: &mut Sets) -> io::Result<Waits> {
        let mut sockets = Vec::new();
        for awaited in awaited(thread, self.devices, sets) {
            if let Awaited::Socket { inode, in_epoll } = awaited {
                sockets.push((inode, in_epoll));
            }
        }
        self.learn(sockets.iter().map(|(inode, _)| *inode))?;
        sockets.retain(|(inode, _)| self.tcp[inode]);
        let through_epoll = sockets.iter().any(|(_, in_epoll)| *in_epoll);
        let mut waits =
            Waits { sockets: sockets.into_iter().map(|(inode, _)| inode).collect(), through_epoll };
        waits.sockets.sort_unstable();
        waits.sockets.dedup();
        Ok(waits)
    }

    /// Learns which of these sockets are of TCP: all that are of no other kind. The kernel is asked once for each: it gives no inode to
    /// another socket while this one is open. An error about one that has closed needs four billion sockets in between.
    fn learn(&mut self, sockets: impl Iterator<Item = u32>) -> io::Result<()> {
        let unknown: Vec<u32> = sockets.filter(|inode| !self.tcp.contains_key(inode)).collect();
        if !unknown.is_empty() {
            let others = self.diag.beside_tcp()?;
            self.tcp.extend(unknown.into_iter().map(|inode| (inode, !others.contains(&inode))));
        }
        Ok(())
    }

    /// Whether the submission's processes hold a TCP socket.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub fn hold_tcp_sockets(&mut self) -> io::Result<bool> {
        let held = self.sockets_held()?;
        self.learn(held.iter().copied())?;
        Ok(held.iter().any(|inode| self.tcp[inode]))
    }

    /// The inodes of the sockets that the submission's processes hold, including those that are closed on both sides and still cost a
    /// descriptor. Connections that nobody has accepted yet are in none. Ask only when the program rests, see `files`.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn sockets_held(&mut self) -> io::Result<HashSet<u32>> {
        let mut held = HashSet::new();
        let mut seen = HashSet::new();
        for thread in self.threads()? {
            // Threads share their process's files: the sandbox lets none have its own.
            if !seen.insert(thread.pid) {
                continue;
            }
            let descriptors = match numbers(&format!("/proc/{}/fd", thread.tid)) {
                // It is just ending, or forbids inspection (proc(5)).
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => continue,
                other => other?,
            };
            held.extend(
                descriptors.into_iter().filter_map(|descriptor| socket_inode(thread.tid, descriptor)),
            );
        }
        Ok(held)
    }
}
