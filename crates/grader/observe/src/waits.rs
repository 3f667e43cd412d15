//! What a blocked thread waits on: the descriptors in its call, through poll, select and epoll sets, and which of them are TCP
//! sockets. A call counts by these sockets, whatever it is called and whatever else it waits on: a pipe that ends the program, an
//! eventfd, a Unix socket to a helper are nobody's client.
//!
//! All is read of the thread itself (`/proc/TID/…`), which may have a table of files of its own, and whose process's first thread may
//! have ended.

use crate::files::{descriptors, duplicate, in_epoll_set, socket, target};
use crate::observer::Observer;
use crate::thread::Thread;
use rustix::net::sockopt::{socket_domain, socket_protocol};
use rustix::net::{AddressFamily, ipproto};
use std::collections::HashSet;

/// How deep epoll sets may lie in each other (`EP_MAX_NESTS` in the kernel's `fs/eventpoll.c`), and poll or select around them.
const DEEPEST: u32 = 6;

/// What a thread is blocked on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// The inodes of the TCP sockets that its call waits on, in order.
    pub sockets: Vec<u32>,
    /// Whether any of them is in an epoll set.
    pub through_epoll: bool,
}

impl Observer {
    /// What the thread is blocked on; no sockets where it is not blocked, or waits for something else.
    pub fn waits(&mut self, thread: &Thread) -> Waits {
        let mut found = Found::default();
        for descriptor in descriptors(thread) {
            self.follow(thread, descriptor, 0, false, &mut found);
        }
        found.sockets.sort_unstable();
        found.sockets.dedup();
        Waits { sockets: found.sockets, through_epoll: found.through_epoll }
    }

    fn follow(&mut self, thread: &Thread, descriptor: i32, depth: u32, in_epoll: bool, found: &mut Found) {
        let Some(target) = target(thread.tid, descriptor) else { return };
        if let Some(inode) = socket(&target) {
            if self.is_tcp(thread, descriptor, inode) {
                found.sockets.push(inode);
                found.through_epoll |= in_epoll;
            }
        } else if target == "anon_inode:[eventpoll]" && depth < DEEPEST && found.seen.insert(descriptor) {
            for inner in in_epoll_set(thread.tid, descriptor) {
                self.follow(thread, inner, depth + 1, true, found);
            }
        }
    }

    /// Whether that is a TCP socket. The kernel is asked once for each: no inode is given to another socket while this one is open,
    /// and to be wrong about one that a check made and has forgotten needs four billion sockets in between.
    fn is_tcp(&mut self, thread: &Thread, descriptor: i32, inode: u32) -> bool {
        if let Some(known) = self.tcp.get(&inode) {
            return *known;
        }
        let Some(socket) = duplicate(thread.pid, thread.tid, descriptor) else { return false };
        let domain = socket_domain(&socket).ok();
        let is_tcp = matches!(domain, Some(AddressFamily::INET | AddressFamily::INET6))
            && socket_protocol(&socket).is_ok_and(|protocol| protocol == Some(ipproto::TCP));
        self.tcp.insert(inode, is_tcp);
        is_tcp
    }

    /// The TCP sockets that the submission's processes hold, by their inodes: connections that nobody has accepted yet are in none.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn tcp_sockets(&mut self) -> std::io::Result<HashSet<u32>> {
        let mut held = HashSet::new();
        let mut seen = HashSet::new();
        for thread in self.threads()? {
            // Threads share their process's files: the sandbox lets none have its own.
            if !seen.insert(thread.pid) {
                continue;
            }
            let descriptors = match crate::kept::numbers(&format!("/proc/{}/fd", thread.tid)) {
                // It is just ending, or forbids to be looked at (proc(5)).
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => continue,
                other => other?,
            };
            for descriptor in descriptors {
                let Some(inode) = target(thread.tid, descriptor).as_deref().and_then(socket) else {
                    continue;
                };
                if self.is_tcp(&thread, descriptor, inode) {
                    held.insert(inode);
                }
            }
        }
        Ok(held)
    }
}

#[derive(Default)]
struct Found {
    sockets: Vec<u32>,
    through_epoll: bool,
    /// Epoll sets that were looked into.
    seen: HashSet<i32>,
}
