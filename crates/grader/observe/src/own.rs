//! Connections of a submission with itself: between a front and its workers, say, or to wake its own loop.
//!
//! Data on them comes when the kernel's timers say so: a small segment waits for an acknowledgement that may be late (RFC 896, RFC 1122
//! 4.2.3.2), a corked one for more (TCP_CORK in tcp(7)), a lost or refused one for another try.

use crate::diag::{Diag, State};
use crate::flight::Link;
use crate::sockstat::Sockstat;
use std::io;
use std::net::SocketAddr;

/// The submission's own connections, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct OwnConnections {
    /// How many sockets there were at the last search, and how many of them on links.
    known_at: (u64, u64),
    /// The addresses of each end.
    ends: Vec<(SocketAddr, SocketAddr)>,
}

impl OwnConnections {
    /// Whether something is on its way on one of them, or waits to be. `links` are those with the grader, and use `sockets` sockets.
    ///
    /// Asking for all sockets is slow. So it is done only if there are more than the links explain, and again when their number changes.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub(crate) fn are_at_work(&mut self, diag: &Diag, links: &[Link], sockets: u64) -> io::Result<bool> {
        let now = (sockets_in_use()?, sockets);
        // One is the listener.
        if now.0 <= sockets + 1 {
            return Ok(false);
        }
        if now != self.known_at {
            let is_own = |local, remote| {
                !links.iter().any(|link| {
                    [(link.ours, link.theirs), (link.theirs, link.ours)].contains(&(local, remote))
                })
            };
            let dumped = diag.dump()?.into_iter();
            let connections = dumped.filter(|found| found.socket.state != State::Listen);
            let ends = connections.map(|found| (found.local, found.remote));
            self.ends = ends.filter(|(local, remote)| is_own(*local, *remote)).collect();
            self.known_at = now;
        }
        for (local, remote) in &self.ends {
            let socket = diag.connection(*local, *remote)?;
            if socket.is_some_and(|socket| socket.send_queue > 0 || socket.state == State::Handshake) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// How many TCP sockets this network has that are neither closed nor new.
fn sockets_in_use() -> io::Result<u64> {
    Ok(Sockstat::read()?.number("TCP:", "inuse") + Sockstat::read_ipv6()?.number("TCP6:", "inuse"))
}
