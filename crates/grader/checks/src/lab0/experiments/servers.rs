//! Experiments about a server that serves one client at a time, and about what servers remember.

use crate::lab0::bench::{Task, answer_lines, ask, connect, connect_into_queue, listen, task, until_unread};
use crate::lab0::question::one;
use model::{Fault, Step};
use observe::{Diag, Observer, Scope};
use session::Session;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A server with one thread that answers lines in upper case. It serves this number of clients, one after the other.
fn sequential(clients: usize) -> Step<(Task<io::Result<()>>, SocketAddr)> {
    let (listener, address) = listen()?;
    let serve =
        move || (0..clients).try_for_each(|_| answer_lines(listener.accept()?.0, |line| line.to_uppercase()));
    Ok((task(serve)?, address))
}

/// Such a server while it serves a first client, which has received an answer and is silent now.
fn busy() -> Step<(Task<io::Result<()>>, SocketAddr, TcpStream)> {
    let (server, address) = sequential(2)?;
    let first = connect(address)?;
    is_served(&server, &first)?;
    Ok((server, address, first))
}

/// Checks that the server answers this client and waits for its next line.
fn is_served(server: &Task<io::Result<()>>, client: &TcpStream) -> Step {
    if ask(client, "one")? == "ONE" && server.call()? == Some("read") {
        return Ok(());
    }
    Err(Fault::new("the server does not serve its first client").into())
}

/// How many clients wait in the accept queue at this address.
fn waiting(address: SocketAddr) -> Step<u32> {
    let listening = Diag::open()?.listener(address)?;
    Ok(listening.ok_or_else(|| Fault::new("nobody listens"))?.receive_queue)
}

pub(in crate::lab0) fn second_client_connects(_: &mut Session) -> Step<Vec<String>> {
    let (server, address, first) = busy()?;
    let second = TcpStream::connect(address);
    is_served(&server, &first)?;
    one(if second.is_ok() { "it succeeds" } else { "it fails" })
}

pub(in crate::lab0) fn second_client_asks(_: &mut Session) -> Step<Vec<String>> {
    let (server, address, first) = busy()?;
    let second = connect(address)?;
    (&second).write_all(b"hello\n")?;
    until_unread(address, second.local_addr()?, 6)?;
    let is_answered = || -> Step<bool> {
        second.set_nonblocking(true)?;
        let answer = second.peek(&mut [0]);
        second.set_nonblocking(false)?;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error.into()),
        }
    };
    if is_answered()? {
        return one("at once");
    }
    is_served(&server, &first)?;
    if is_answered()? {
        return one("between two lines of the first client");
    }
    drop(first);
    let mut answer = [0; 6];
    (&second).read_exact(&mut answer)?;
    if answer != *b"HELLO\n" {
        return Err(Fault::new("the second client got another answer").into());
    }
    one("when the first client has left")
}

pub(in crate::lab0) fn place_of_second_client(_: &mut Session) -> Step<Vec<String>> {
    let (_server, address, _first) = busy()?;
    let client = connect_into_queue(address)?;
    let second = client.local_addr()?;
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let sockets = Observer::new(Scope::Tree(own))?.picture()?.sockets;
    let place = sockets.iter().find(|socket| (socket.local, socket.remote) == (address, Some(second)));
    one(match place {
        None => "nowhere: the handshake is not complete",
        Some(socket) if socket.holders.is_empty() && waiting(address)? == 1 => "in the accept queue",
        Some(_) => "among the server's descriptors",
    })
}

pub(in crate::lab0) fn unread_bytes(_: &mut Session) -> Step<Vec<String>> {
    let (server, address, first) = busy()?;
    let second = connect(address)?;
    (&second).write_all(b"hello\n")?;
    until_unread(address, second.local_addr()?, 6)?;
    is_served(&server, &first)?;
    let socket = Diag::open()?.connection(address, second.local_addr()?)?;
    one(socket.ok_or_else(|| Fault::new("the connection is gone"))?.receive_queue)
}

pub(in crate::lab0) fn waiting_clients(_: &mut Session) -> Step<Vec<String>> {
    let (_server, address, _first) = busy()?;
    let _others = (0..5).map(|_| connect_into_queue(address)).collect::<Step<Vec<_>>>()?;
    one(waiting(address)?)
}

/// Three lines over a first connection, one over a second, and the answer to that, from a server that counts.
pub(in crate::lab0) fn counted(for_all: bool, is_restarted: bool) -> Step<Vec<String>> {
    let counting = |clients: usize| -> Step<(Task<io::Result<()>>, SocketAddr)> {
        let (listener, address) = listen()?;
        let mut count = 0;
        let serve = move || {
            (0..clients).try_for_each(|_| {
                if !for_all {
                    count = 0;
                }
                answer_lines(listener.accept()?.0, |_| {
                    count += 1;
                    count.to_string()
                })
            })
        };
        Ok((task(serve)?, address))
    };
    let (server, address) = counting(if is_restarted { 1 } else { 2 })?;
    let first = connect(address)?;
    for _ in 0..3 {
        ask(&first, "a line")?;
    }
    drop(first);
    if !is_restarted {
        return one(ask(&connect(address)?, "a line")?);
    }
    server.finish()??;
    let (_restarted, address) = counting(1)?;
    one(ask(&connect(address)?, "a line")?)
}

pub(in crate::lab0) fn stateless_restart(_: &mut Session) -> Step<Vec<String>> {
    let (first, address) = sequential(1)?;
    ask(&connect(address)?, "first")?;
    first.finish()??;
    let (_restarted, address) = sequential(1)?;
    let with_restart = ask(&connect(address)?, "second")?;
    let (_untouched, address) = sequential(2)?;
    ask(&connect(address)?, "first")?;
    let without = ask(&connect(address)?, "second")?;
    one(if with_restart == without { "no" } else { "yes" })
}
