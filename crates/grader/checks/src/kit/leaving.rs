//! How clients leave without a word, and what the server keeps of them. Each connection costs a descriptor until it is closed. A server
//! that forgets to close them runs out of descriptors.

use model::{Kind, Step};
use session::Program;
use std::fmt;
use wire::{Peer, receive_until_rested};

/// How a client leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// close(2): an end of file, or a reset if the client has not read everything.
    Close,
    /// A reset.
    Reset,
    /// An end of file from a client that can still read.
    HalfClose,
}

impl Way {
    /// Lets the client leave this way. Returns a client that can still read.
    ///
    /// # Errors
    /// A fault of the grader.
    pub(crate) fn leave(self, mut client: Peer) -> Step<Option<Peer>> {
        match self {
            Way::Close => client.close(),
            Way::Reset => client.reset()?,
            Way::HalfClose => {
                client.half_close()?;
                return Ok(Some(client));
            }
        }
        Ok(None)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Close => "a client closes",
            Way::Reset => "a client resets the connection",
            Way::HalfClose => "a client closes its sending side",
        })
    }
}

/// Clients close with nothing unread, so that the server sees an end of file and no reset.
///
/// # Errors
/// A fault of the grader.
pub(crate) fn leave(mut clients: Vec<Peer>) -> Step {
    receive_until_rested(&mut clients.iter_mut().collect::<Vec<_>>())?;
    clients.into_iter().for_each(Peer::close);
    Ok(())
}

/// Expects that the server holds at most `most` of these sockets of clients that have gone, or closes the others by itself. A socket that
/// is shut down but not closed still costs a descriptor.
///
/// # Errors
/// A failure when it goes on holding them.
pub(crate) fn expect_released(server: &Program, sockets: &[u32], most: usize) -> Step {
    let Some(still) = server.wait_until_released(sockets, most)? else { return Ok(()) };
    let (count, held) = (sockets.len(), server.holds(sockets)?);
    if held <= most {
        return Ok(());
    }
    let summary =
        format!("{count} clients have gone, and the server still holds the sockets of {held} of them");
    let mut failure = still.failure(&summary);
    if failure.kind.is_still() {
        failure.kind = Kind::Resource;
    }
    let expected = "each connection is closed, and its descriptor free";
    Err(failure.expected(expected).got(format!("{held} of {count} sockets are open")).into())
}
