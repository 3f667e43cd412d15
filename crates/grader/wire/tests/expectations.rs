//! What the grader's clients make of what a program sends, for programs of a few lines on a thread.

use model::{Failure, Kind, Shown, Step, Stop};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::BorrowedFd;
use socket2::{Domain, SockRef, Socket, Type};
use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::thread;
use std::time::Duration;
use wire::{Attempt, Caller, Ending, Framing, Interest, Listener, Patience, Peer, Stillness, Transcript};

/// Waits for the socket alone: the programs here always end their connection or are followed by nothing.
struct UntilReadable;

impl Patience for UntilReadable {
    fn until(
        &self,
        watched: &[(BorrowedFd<'_>, Interest)],
        attempt: &mut dyn FnMut() -> io::Result<Attempt>,
    ) -> Step<Option<Stillness>> {
        while attempt()? != Attempt::Done {
            let flags =
                |interest| if interest == Interest::Readable { PollFlags::IN } else { PollFlags::OUT };
            let mut polled: Vec<PollFd<'_>> = watched
                .iter()
                .map(|(fd, interest)| PollFd::from_borrowed_fd(*fd, flags(*interest)))
                .collect();
            poll(&mut polled, None).map_err(io::Error::from)?;
        }
        Ok(None)
    }

    fn consumed(&self, _: &[(SocketAddr, SocketAddr)]) -> Step<Option<Stillness>> {
        Ok(None)
    }

    fn rested(&self) -> Step<Option<Stillness>> {
        Ok(None)
    }

    fn connected(&self, _: SocketAddr, _: SocketAddr, _: Caller) -> Step {
        Ok(())
    }
}

/// A client that is connected to a server whose whole life is `program`.
fn client(program: impl FnOnce(TcpStream) + Send + 'static) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || program(listener.accept().unwrap().0));
    Peer::connect("client".to_owned(), address, Rc::new(UntilReadable), Rc::new(Transcript::default()))
        .unwrap()
}

/// A socket that has a port of its own and does not listen.
fn bound() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket
}

fn failure(step: Step<impl std::fmt::Debug>) -> Failure {
    match step.unwrap_err() {
        Stop::Failed(failure) => *failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_connection_may_be_reset_before_it_is_looked_at() {
    let (patience, transcript) = (Rc::new(UntilReadable), Rc::default());
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0)), patience, transcript).unwrap();
    let program = TcpStream::connect(listener.address()).unwrap();
    SockRef::from(&program).set_linger(Some(Duration::ZERO)).unwrap();
    drop(program);
    assert_eq!(listener.accept().unwrap().expect_closed().unwrap(), Ending::Reset);
}

#[test]
fn bytes_may_come_in_any_pieces_and_what_follows_is_kept() {
    let mut client = client(|mut stream| {
        for piece in [&b"HEL"[..], b"LO\nONE", b"\nTWO"] {
            stream.write_all(piece).unwrap();
        }
    });
    client.expect("HELLO\n").unwrap();
    assert_eq!(client.take_line().unwrap(), b"ONE\n");
    client.expect("TWO").unwrap();
    client.expect_end().unwrap();
}

#[test]
fn a_message_may_come_in_any_pieces_whatever_frames_it() {
    let mut client = client(|mut stream| {
        for piece in [&b"\0\0"[..], b"\0\x02a", b"\n\0\0\0\0\0\0"] {
            stream.write_all(piece).unwrap();
        }
    });
    for expected in [&b"\0\0\0\x02a\n"[..], &[0; 4], &[0; 2], b""] {
        assert_eq!(client.take_message(Framing::Length).unwrap(), expected);
    }
}

#[test]
fn other_bytes_are_shown_with_what_came_after_them() {
    let mut client = client(|mut stream| stream.write_all(b"HALLO\nworld").unwrap());
    let failure = failure(client.expect("HELLO\n"));
    assert_eq!((failure.kind, failure.got), (Kind::Mismatch, Some(Shown::Bytes(b"HALLO\nworld".to_vec()))));
}

#[test]
fn an_early_end_is_told_with_what_came_before_it() {
    let mut client = client(|mut stream| stream.write_all(b"HEL").unwrap());
    let failure = failure(client.expect("HELLO\n"));
    assert_eq!((failure.kind, failure.got), (Kind::Ended, Some(Shown::Bytes(b"HEL".to_vec()))));
}

#[test]
fn bytes_in_place_of_the_end_are_not_overlooked() {
    let mut client = client(|mut stream| stream.write_all(b"more").unwrap());
    assert_eq!(failure(client.expect_end()).kind, Kind::Unexpected);
}

#[test]
fn too_much_is_too_much_even_when_its_end_is_known() {
    let mut client = client(|mut stream| stream.write_all(&[b'x'; 200]).unwrap());
    while !client.has_ended().unwrap() {}
    assert_eq!(failure(client.read_to_end(199)).kind, Kind::Unexpected);
}

#[test]
fn a_reset_is_told_from_an_end() {
    let program = |mut stream: TcpStream| {
        // Not before the client knows that it is connected.
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"x").unwrap();
        socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    };
    let mut first = client(program);
    first.send("?").unwrap();
    let (bytes, ending) = first.read_to_end(100).unwrap();
    assert_eq!((bytes.as_slice(), ending), (&b"x"[..], Ending::Reset));
    let mut client = client(program);
    client.send("?").unwrap();
    client.expect("x").unwrap();
    assert_eq!(failure(client.expect_end()).kind, Kind::Reset);
}

/// For a connection that must be waited for: lets one client in from the accept queue, then sees nothing happen any more, once.
struct LetsOneIn {
    listener: TcpListener,
    done: Cell<bool>,
}

impl Patience for LetsOneIn {
    fn until(
        &self,
        watched: &[(BorrowedFd<'_>, Interest)],
        attempt: &mut dyn FnMut() -> io::Result<Attempt>,
    ) -> Step<Option<Stillness>> {
        if self.done.replace(true) {
            return UntilReadable.until(watched, attempt);
        }
        assert_eq!(attempt()?, Attempt::Idle);
        self.listener.accept()?;
        Ok(Some(Stillness { kind: Kind::Silence, words: "the server waits".to_owned(), kernel: Vec::new() }))
    }

    fn consumed(&self, _: &[(SocketAddr, SocketAddr)]) -> Step<Option<Stillness>> {
        Ok(None)
    }

    fn rested(&self) -> Step<Option<Stillness>> {
        Ok(None)
    }

    fn connected(&self, _: SocketAddr, _: SocketAddr, _: Caller) -> Step {
        Ok(())
    }
}

#[test]
fn a_client_that_found_the_accept_queue_full_gets_the_place_that_was_made_since() {
    let listener = bound();
    // A backlog of 0 is a queue for one.
    listener.listen(0).unwrap();
    let listener = TcpListener::from(listener);
    let address = listener.local_addr().unwrap();
    let _first = TcpStream::connect(address).unwrap();
    poll(&mut [PollFd::new(&listener, PollFlags::IN)], None).unwrap();
    let patience = Rc::new(LetsOneIn { listener, done: Cell::default() });
    let second = Peer::connect("client".to_owned(), address, patience.clone(), Rc::default()).unwrap();
    assert!(patience.done.get());
    assert_eq!(patience.listener.accept().unwrap().1, second.ours());
}

#[test]
fn nobody_listening_is_the_programs_failure_and_not_the_graders() {
    // Bound, so that nobody else gets the port, and not listening.
    let socket = bound();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let peer = Peer::connect("client".to_owned(), address, Rc::new(UntilReadable), Rc::default());
    assert_eq!(failure(peer.map(drop)).kind, Kind::NotListening);
}
