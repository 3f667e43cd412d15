//! Experiments about the backlog, and about the calls that a server and a client make.

use crate::lab0::bench::{accept, connect, connect_into_queue, listen, task, until, until_queued};
use crate::lab0::question::{one, words};
use model::{Fault, Step};
use observe::Diag;
use session::Session;
use socket2::{Domain, Socket, Type};
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// The port in the lecture's question. It is free, because the check has a network of its own.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 2367);
const BACKLOG: i32 = 4;

fn socket() -> io::Result<Socket> {
    Socket::new(Domain::IPV4, Type::STREAM, None)
}

/// Listens as the lecture's question asks.
fn bounded(session: &Session) -> Step<TcpListener> {
    session.needs_isolation()?;
    let socket = socket()?;
    socket.bind(&ADDRESS.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// How many connections are in the accept queue, and its limit.
fn queue() -> Step<(u32, u32)> {
    let listening = Diag::open()?.listener(ADDRESS)?.ok_or_else(|| Fault::new("nobody listens"))?;
    Ok((listening.receive_queue, listening.send_queue))
}

pub(in crate::lab0) fn backlog_shown(session: &mut Session) -> Step<Vec<String>> {
    let _listener = bounded(session)?;
    one(queue()?.1)
}

/// How many requests this network has dropped because an accept queue was full (`ListenOverflows` in `/proc/net/netstat`).
fn overflows() -> Step<u64> {
    let text = fs::read_to_string("/proc/self/net/netstat")?;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt: "));
    let (names, values) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let mut pairs = names.split(' ').zip(values.split(' '));
    let value = pairs.find(|(name, _)| *name == "ListenOverflows").and_then(|(_, value)| value.parse().ok());
    Ok(value.ok_or_else(|| Fault::new("the kernel does not count overflows"))?)
}

/// Lets clients connect one by one, and waits until each is connected or its request was dropped. Returns those that are connected.
fn crowd(clients: usize) -> Step<Vec<Socket>> {
    let mut let_in = Vec::new();
    for _ in 0..clients {
        let before = overflows()?;
        let client = socket()?;
        client.set_nonblocking(true)?;
        // The result comes later and is seen in one of the two states below.
        let _ = client.connect(&ADDRESS.into());
        until("an end of the request", || Ok(client.peer_addr().is_ok() || overflows()? > before))?;
        if client.peer_addr().is_ok() {
            // Until it is queued, the queue has room for the next one.
            let own =
                client.local_addr()?.as_socket().ok_or_else(|| Fault::new("a client has no address"))?;
            until_queued(ADDRESS, own)?;
            let_in.push(client);
        }
    }
    Ok(let_in)
}

pub(in crate::lab0) fn clients_that_connect(session: &mut Session) -> Step<Vec<String>> {
    let _listener = bounded(session)?;
    one(crowd(10)?.len())
}

pub(in crate::lab0) fn client_too_many(session: &mut Session) -> Step<Vec<String>> {
    let _listener = bounded(session)?;
    let _let_in = crowd(10)?;
    let client = task(|| TcpStream::connect(ADDRESS))?;
    if client.call()? == Some("connect") {
        return one("it waits");
    }
    one(if client.finish()?.is_ok() { "it succeeds" } else { "it fails with connection refused" })
}

pub(in crate::lab0) fn second_bind(session: &mut Session) -> Step<Vec<String>> {
    let _listener = bounded(session)?;
    match socket()?.bind(&ADDRESS.into()) {
        Ok(()) => one("it succeeds, and both get clients in turn"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => one("it fails with address already in use"),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::lab0) fn queue_after_accepting(session: &mut Session) -> Step<Vec<String>> {
    let listener = bounded(session)?;
    let _clients = (0..4).map(|_| connect_into_queue(ADDRESS)).collect::<Step<Vec<_>>>()?;
    let _served = (0..3).map(|_| accept(&listener)).collect::<Step<Vec<_>>>()?;
    one(queue()?.0)
}

/// All orders of three things.
fn orders<T: Copy>([a, b, c]: [T; 3]) -> [[T; 3]; 6] {
    [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]
}

/// Whether bind, listen and accept work in this order. It is not an error that no client has come yet.
fn serves(calls: [&str; 3]) -> bool {
    let attempt = || -> io::Result<()> {
        let socket = socket()?;
        socket.set_nonblocking(true)?;
        for call in calls {
            match call {
                "bind" => socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?,
                "listen" => socket.listen(BACKLOG)?,
                _ => match socket.accept() {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    other => drop(other?),
                },
            }
        }
        Ok(())
    };
    attempt().is_ok()
}

pub(in crate::lab0) fn calls_of_a_server(_: &mut Session) -> Step<Vec<String>> {
    let mut possible = orders(["accept", "bind", "listen"]).into_iter().filter(|calls| serves(*calls));
    let calls = possible.next().ok_or_else(|| Fault::new("no order of the calls succeeds"))?;
    // After accept comes a conversation in which the client speaks first.
    let (listener, address) = listen()?;
    let mut client = connect(address)?;
    let mut served = accept(&listener)?;
    client.write_all(b"?")?;
    served.read_exact(&mut [0])?;
    served.write_all(b"!")?;
    drop(served);
    client.read_exact(&mut [0])?;
    words(["socket"].into_iter().chain(calls).chain(["read", "write", "close"]))
}

/// Whether a client can do these things in this order, at a server that answers each byte at once.
fn asks(calls: [&str; 3]) -> Step<bool> {
    let (listener, address) = listen()?;
    let server = task(move || {
        let (mut served, _) = listener.accept()?;
        served.read_exact(&mut [0])?;
        served.write_all(b"!")
    })?;
    let mut client = TcpStream::from(socket()?);
    let mut has_asked = false;
    for call in calls {
        let result = match call {
            "connect" => Socket::from(client.try_clone()?).connect(&address.into()),
            "write" => client.write_all(b"?").inspect(|()| has_asked = true),
            // A read without an answer would wait for ever while the connection lasts.
            _ if client.peer_addr().is_ok() && !has_asked => Err(ErrorKind::WouldBlock.into()),
            _ => client.read_exact(&mut [0]),
        };
        if result.is_err() {
            return Ok(false);
        }
    }
    server.finish()??;
    Ok(true)
}

pub(in crate::lab0) fn calls_of_a_client(_: &mut Session) -> Step<Vec<String>> {
    for calls in orders(["connect", "read", "write"]) {
        if asks(calls)? {
            return words(["socket"].into_iter().chain(calls).chain(["close"]));
        }
    }
    Err(Fault::new("no order of the calls succeeds").into())
}

pub(in crate::lab0) fn accept_without_listen(_: &mut Session) -> Step<Vec<String>> {
    let socket = socket()?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let accepting = task(move || socket.accept())?;
    if accepting.call()?.is_some() {
        return one("it waits for a client");
    }
    one(if accepting.finish()?.is_err() { "it fails at once" } else { "it calls listen by itself" })
}

pub(in crate::lab0) fn read_from_listening(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let mut client = connect(address)?;
    client.write_all(b"a line\n")?;
    let mut socket = Socket::from(listener);
    let reading = task(move || socket.read(&mut [0; 10]))?;
    if reading.call()?.is_some() {
        return one("it waits");
    }
    one(if reading.finish()?.is_err() { "it fails at once" } else { "it returns the line" })
}

pub(in crate::lab0) fn connect_without_accept(_: &mut Session) -> Step<Vec<String>> {
    let (_listener, address) = listen()?;
    let client = task(move || TcpStream::connect(address))?;
    if client.call()?.is_some() {
        return one("it waits until the server calls accept");
    }
    one(if client.finish()?.is_ok() { "it succeeds" } else { "it fails at once" })
}
