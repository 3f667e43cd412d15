//! Connections of a submission with itself: between a front and its workers, say, or to wake its own loop.
//!
//! Data on them comes when the kernel's timers say so: a small segment waits for an acknowledgement that may be late (RFC 896, RFC 1122
//! 4.2.3.2), a corked one for more (TCP_CORK in tcp(7)), a lost or refused one for another try.

use crate::diag::{Diag, Socket, State};
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
        if now.0 <= sockets || now.0 == sockets + 1 && has_listener(diag, links)? {
            return Ok(false);
        }
        if now == self.known_at
            && let Some(are_at_work) = self.look(diag)?
        {
            return Ok(are_at_work);
        }
        let is_own = |local, remote| {
            !links
                .iter()
                .any(|link| [(link.ours, link.theirs), (link.theirs, link.ours)].contains(&(local, remote)))
        };
        let dumped = diag.dump()?.into_iter();
        let connections =
            dumped.filter(|found| found.socket.state != State::Listen && !is_over(&found.socket));
        let ends = connections.map(|found| (found.local, found.remote));
        self.ends = ends.filter(|(local, remote)| is_own(*local, *remote)).collect();
        self.known_at = now;
        Ok(self.look(diag)?.unwrap_or(true))
    }

    /// Whether one of the known connections is at work; `None` if one is gone, so that another may have taken its place.
    fn look(&self, diag: &Diag) -> io::Result<Option<bool>> {
        let mut are_at_work = false;
        for (local, remote) in &self.ends {
            let Some(socket) = diag.connection(*local, *remote)?.filter(|socket| !is_over(socket)) else {
                return Ok(None);
            };
            are_at_work |= socket.send_queue > 0 || socket.state == State::Handshake;
        }
        Ok(Some(are_at_work))
    }
}

/// Whether nothing is sent any more.
fn is_over(socket: &Socket) -> bool {
    socket.state == State::Finished || socket.progress.is_none()
}

/// Whether one end of a link is where somebody listens.
fn has_listener(diag: &Diag, links: &[Link]) -> io::Result<bool> {
    let Some(link) = links.first() else { return Ok(false) };
    Ok(diag.listener(link.theirs)?.is_some() || diag.listener(link.ours)?.is_some())
}

/// How many TCP sockets this network has that are neither closed nor new.
fn sockets_in_use() -> io::Result<u64> {
    Ok(Sockstat::read()?.number("TCP:", "inuse") + Sockstat::read_ipv6()?.number("TCP6:", "inuse"))
}
