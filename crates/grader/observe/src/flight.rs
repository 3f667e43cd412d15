//! Whether bytes are under way between the grader's sockets and the submission's.
//!
//! On loopback a segment normally arrives within the call that sends it. On a loaded machine the kernel may
//! hand delivery to a thread of its own (ksoftirqd), and then both sides can be idle while bytes are under way.

use crate::diag::{Diag, Socket, State};
use std::io;
use std::net::SocketAddr;

/// A connection between the submission and the grader, by its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address of the submission's socket.
    pub theirs: SocketAddr,
    /// The address of the grader's socket.
    pub ours: SocketAddr,
}

/// What is going on between the two ends of a [`Link`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traffic {
    /// Something that one side sent has not arrived at the other.
    UnderWay,
    /// The grader has a connection that the kernel does not report to the submission yet: the last segment of the handshake is under way,
    /// or the kernel waits for data, but for some time only (TCP_DEFER_ACCEPT in tcp(7)).
    Deferred,
    /// All that was sent has arrived.
    Quiet,
    /// The grader's socket is gone, or each side has said that it will send no more and the other has heard it: nothing will ever be sent
    /// again.
    Over,
}

/// A [`Link`] at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) traffic: Traffic,
    /// How many bytes the submission has written so far, as far as its socket still tells.
    pub(crate) written: u64,
    /// How many of the two sockets are in use.
    pub(crate) sockets: u64,
}

impl Link {
    /// Whether something that one side sent has not arrived at the other.
    ///
    /// # Errors
    /// When sock_diag cannot be read.
    pub fn under_way(&self, diag: &Diag) -> io::Result<bool> {
        Ok(matches!(self.now(diag)?.traffic, Traffic::UnderWay | Traffic::Deferred))
    }

    /// Its state now.
    pub(crate) fn now(&self, diag: &Diag) -> io::Result<Now> {
        // A remainder of a connection that is over at both ends is kept for a minute (TIME-WAIT in RFC 9293).
        let is_over = |ours: &Socket| ours.state == State::Finished && ours.progress.is_none();
        let ours = diag.connection(self.ours, self.theirs)?.filter(|ours| !is_over(ours));
        let theirs = diag.connection(self.theirs, self.ours)?;
        // Of the others there is a remainder, which the kernel does not count as in use.
        let sockets = [ours, theirs].into_iter().flatten().filter(|socket| socket.progress.is_some());
        let sockets = sockets.count() as u64;
        let Some(ours) = ours else { return Ok(Now { traffic: Traffic::Over, written: 0, sockets }) };
        let has_sent = ours.send_queue > 0 || ours.progress.is_none_or(|progress| progress.written() > 0);
        if ours.state == State::Established
            && !has_sent
            && theirs.is_some_and(|theirs| theirs.state == State::Handshake)
        {
            return Ok(Now { traffic: Traffic::Deferred, written: 0, sockets });
        }
        let under_way = match &theirs {
            Some(theirs) => travels(&ours, theirs) || travels(theirs, &ours),
            // Their socket is gone: a reset is under way unless ours knows that it is over.
            None => matches!(ours.state, State::Established | State::FinSent),
        };
        let traffic = if under_way { Traffic::UnderWay } else { Traffic::Quiet };
        let written = theirs.and_then(|socket| socket.progress).map_or(0, |progress| progress.written());
        Ok(Now { traffic, written, sockets })
    }

    /// How many bytes the submission has read and written so far, as far as its socket still tells.
    pub(crate) fn passed(&self, diag: &Diag) -> io::Result<u64> {
        let theirs = diag.connection(self.theirs, self.ours)?;
        let passed = |socket: Socket| {
            let progress = socket.progress?;
            Some(progress.written() + progress.received.saturating_sub(socket.receive_queue.into()))
        };
        Ok(theirs.and_then(passed).unwrap_or(0))
    }
}

/// Whether something travels from one socket to the other.
fn travels(from: &Socket, to: &Socket) -> bool {
    if from.state == State::Handshake {
        return true;
    }
    // If a full accept queue refused its last handshake segment, a connection stays there: nothing travels.
    if to.state == State::Handshake {
        return false;
    }
    // A socket that its process has closed sends only its end of file, and what comes for it is discarded.
    let unsent = from.progress.map_or(0, |progress| progress.unsent);
    let bytes = match (from.progress, to.progress) {
        (Some(from), Some(to)) => from.sent > to.received,
        _ => false,
    };
    // Unsent bytes leave as soon as the receiver's window allows.
    let held = unsent > 0;
    let end_of_file = from.state == State::FinSent && unsent == 0 && to.state == State::Established;
    // A program that leaves bytes unread waits for no more: what else comes wakes nobody.
    to.receive_queue == 0 && (bytes || held || end_of_file)
}

/// What is known while nothing travels between the submission and the grader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quiet {
    /// How many bytes the submission has written.
    pub(crate) written: u64,
    /// Whether the kernel may yet report a connection, after a time.
    pub(crate) is_deferred: bool,
    /// How many sockets both have on connections between them.
    pub(crate) sockets: u64,
}

/// `None` while something travels between the submission and the grader. Links that are over at both ends are removed.
pub(crate) fn quiet(diag: &Diag, links: &mut Vec<Link>) -> io::Result<Option<Quiet>> {
    let (mut is_under_way, mut quiet) = (false, Quiet { written: 0, is_deferred: false, sockets: 0 });
    let mut result = Ok(());
    links.retain(|link| match link.now(diag) {
        Ok(Now { traffic, written, sockets }) => {
            is_under_way |= traffic == Traffic::UnderWay;
            quiet.is_deferred |= traffic == Traffic::Deferred;
            quiet.written += written;
            quiet.sockets += sockets;
            traffic != Traffic::Over || sockets > 0
        }
        Err(error) => {
            result = Err(error);
            true
        }
    });
    result.map(|()| (!is_under_way).then_some(quiet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};

    #[test]
    fn a_connection_that_the_other_side_has_closed_is_quiet() {
        let diag = Diag::open().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        let link = Link { theirs: accepted.local_addr().unwrap(), ours: client.local_addr().unwrap() };
        client.write_all(b"hello").unwrap();
        accepted.read_exact(&mut [0; 5]).unwrap();
        assert!(!link.under_way(&diag).unwrap());
        // The kernel now keeps only a remainder of the closed socket, for a minute, which counts no bytes.
        drop(accepted);
        assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
        assert_eq!(link.now(&diag).unwrap().traffic, Traffic::Quiet);
        // For the side that closed first, the connection is over once the other has closed too.
        let first = Link { theirs: link.ours, ours: link.theirs };
        assert_eq!(first.now(&diag).unwrap().traffic, Traffic::Quiet);
        client.shutdown(Shutdown::Write).unwrap();
        while first.now(&diag).unwrap().traffic == Traffic::UnderWay {
            std::thread::yield_now();
        }
        assert_eq!(diag.connection(first.ours, first.theirs).unwrap().unwrap().state, State::Finished);
        assert_eq!(first.now(&diag).unwrap().traffic, Traffic::Over);
    }
}
