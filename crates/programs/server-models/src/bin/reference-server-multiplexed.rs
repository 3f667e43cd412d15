//! One process, one thread, non-blocking sockets, and one call, `poll`, that waits for all of them at once.

use reference_common::{close, log};
use reference_server_models::{BACKLOG, Conversation, listener, pause, raise_open_file_limit};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use std::convert::Infallible;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;

/// How many bytes one read asks for. A client that sends without end gets one read in each round, like all others.
const READ_SIZE: usize = 16 * 1024;

fn main() -> ExitCode {
    let listener = match listener("reference-server-multiplexed", 2525, BACKLOG) {
        Ok(listener) => listener,
        Err(status) => return status,
    };
    raise_open_file_limit();
    let Err(error) = serve(&listener);
    log(format_args!("cannot go on: {error}"));
    ExitCode::FAILURE
}

/// Serves all clients in turns, for ever, unless waiting itself fails.
///
/// With a thread for each client, the place in the code shows how far the conversation has come. Here there is one
/// thread, and it must never be stuck with one client. So everything that is known of a client is kept in a [`Client`]
/// between its turns.
fn serve(listener: &TcpListener) -> io::Result<Infallible> {
    listener.set_nonblocking(true)?;
    let mut clients: Vec<Client> = Vec::new();
    let mut accepting = true;
    loop {
        // The whole list is needed for each wait: the kernel remembers nothing of it between two calls of `poll`. This
        // is the cost of the model with many clients, and the reason for epoll.
        let mut sockets: Vec<PollFd<'_>> = clients.iter().map(Client::waits_for).collect();
        if accepting {
            sockets.push(PollFd::new(listener, PollFlags::IN));
        }
        // The only call in this program that blocks, until something can be done for at least one client.
        retry_on_intr(|| poll(&mut sockets, None))?;
        // Errors are events too (POLLERR, POLLHUP). They need no case of their own: the next read or write reports them.
        let ready: Vec<bool> = sockets.iter().map(|socket| !socket.revents().is_empty()).collect();

        let present = clients.len();
        let mut turns = ready.iter();
        clients.retain_mut(|client| turns.next() != Some(&true) || client.take_turn());
        // A client that left has freed a descriptor.
        accepting |= clients.len() < present;
        // The listener's entry follows the clients', if there is one.
        if turns.next() == Some(&true) {
            accepting = accept_all(listener, &mut clients);
        }
    }
}

/// Accepts all clients in the accept queue. Returns whether it makes sense to look there again before a client leaves.
fn accept_all(listener: &TcpListener, clients: &mut Vec<Client>) -> bool {
    loop {
        match listener.accept().and_then(|(socket, address)| Client::new(socket, address)) {
            Ok(client) => clients.push(client),
            // The queue is empty: this is where a blocking socket would have blocked.
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // There is no client whose leaving could be waited for, and none that a pause would hold up.
            Err(error) if clients.is_empty() => pause(&error),
            // File descriptors have run out (EMFILE, ENFILE). The client stays in the queue, so `poll` would return at
            // once, again and again. Therefore the listener is left out until a descriptor is free.
            Err(error) => {
                log(format_args!("nobody more is accepted until a client leaves: {error}"));
                return false;
            }
        }
    }
}

/// A client, with everything that has to be known of it between two turns.
struct Client {
    socket: TcpStream,
    address: SocketAddr,
    conversation: Conversation,
    /// Answers that the socket did not take yet.
    unsent: Vec<u8>,
    /// Whether the connection ends when they are sent.
    leaving: bool,
}

impl Client {
    fn new(socket: TcpStream, address: SocketAddr) -> io::Result<Client> {
        // From here on a read without bytes and a write without room return at once, with the error `WouldBlock`.
        socket.set_nonblocking(true)?;
        // An answer should be sent as soon as it is written, and not when the one before is acknowledged (RFC 896).
        let _ = socket.set_nodelay(true);
        let conversation = Conversation::default();
        Ok(Client { socket, address, conversation, unsent: Vec::new(), leaving: false })
    }

    /// What has to happen before this client's next turn.
    ///
    /// Either to read or to write: a client that does not take its answers is not read from. Its input fills the
    /// kernel's buffers, then its own write blocks, and it costs only the answers to one read here.
    fn waits_for(&self) -> PollFd<'_> {
        PollFd::new(&self.socket, if self.unsent.is_empty() { PollFlags::IN } else { PollFlags::OUT })
    }

    /// Does everything for this client that can be done without waiting. Returns whether there will be another turn.
    fn take_turn(&mut self) -> bool {
        match self.read_and_write() {
            Ok(true) => return true,
            Ok(false) => log(format_args!("{}: left", self.address)),
            // There is nothing to read or no room to write after all: `poll` may be wrong, as its manual says under
            // BUGS.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                return true;
            }
            Err(error) => log(format_args!("{}: the connection was lost: {error}", self.address)),
        }
        close(&self.socket);
        false
    }

    /// One read, unless something is still to be written, and one write. Returns whether the conversation goes on.
    fn read_and_write(&mut self) -> io::Result<bool> {
        if self.unsent.is_empty() {
            let mut buffer = [0; READ_SIZE];
            let count = self.socket.read(&mut buffer)?;
            if count == 0 {
                // End of file. Nothing is unsent, since otherwise there would have been no read.
                return Ok(false);
            }
            let reply = self.conversation.receive(&buffer[..count]);
            (self.unsent, self.leaving) = (reply.answers, reply.is_last);
        }
        if !self.unsent.is_empty() {
            // Not `write_all`: bytes that the socket does not take now have to wait here, and not block this thread.
            let count = self.socket.write(&self.unsent)?;
            self.unsent = self.unsent.split_off(count);
        }
        Ok(!self.leaving || !self.unsent.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
    use std::net::Ipv4Addr;
    use std::thread;

    /// A client in the server, and its end of the connection.
    fn client() -> (Client, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (socket, address) = listener.accept().unwrap();
        (Client::new(socket, address).unwrap(), peer)
    }

    /// Blocks until the client can have its next turn, and gives it that turn.
    fn turn(client: &mut Client) -> bool {
        poll(&mut [client.waits_for()], None).unwrap();
        client.take_turn()
    }

    #[test]
    fn a_turn_without_anything_to_do_is_no_loss() {
        let (mut client, _peer) = client();
        assert!(client.take_turn());
    }

    #[test]
    fn who_does_not_read_is_not_read_from_until_it_does() {
        let (mut client, mut peer) = client();
        // Fixed sizes, whatever this machine's are, with room for far less than the bytes to send.
        set_socket_send_buffer_size(&client.socket, 256 << 10).unwrap();
        set_socket_recv_buffer_size(&peer, 256 << 10).unwrap();
        let answers = vec![b'x'; 4 << 20];
        client.unsent = answers.clone();
        peer.write_all(b"next\n").unwrap();
        for _ in 0..3 {
            assert!(client.take_turn());
        }
        assert!(!client.unsent.is_empty(), "there is no room for all of it");
        assert_eq!(client.socket.peek(&mut [0; 10]).unwrap(), 5, "the next line is still in the kernel");

        let peer = thread::spawn(move || {
            let mut received = vec![0; answers.len()];
            peer.read_exact(&mut received).unwrap();
            assert_eq!(received, answers);
            let mut next = [0; 7];
            peer.read_exact(&mut next).unwrap();
            assert_eq!(&next, b"> NEXT\n");
        });
        while turn(&mut client) {}
        peer.join().unwrap();
    }

    #[test]
    fn bye_and_end_of_file_are_last_turns() {
        let (mut leaving, mut peer) = client();
        peer.write_all(b"bye\nlate\n").unwrap();
        assert!(!turn(&mut leaving));
        drop(leaving);
        let mut answers = String::new();
        peer.read_to_string(&mut answers).unwrap();
        assert_eq!(answers, "> BYE\n");

        let (mut closed, peer) = client();
        drop(peer);
        assert!(!turn(&mut closed));
    }
}
