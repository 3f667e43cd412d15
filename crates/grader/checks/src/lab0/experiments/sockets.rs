//! Experiments about what tells sockets apart, how many there are, and which addresses they have.

use crate::lab0::bench::{accept, connect, listen, shell};
use crate::lab0::question::{one, words};
use model::Step;
use observe::{Observer, Scope};
use session::Session;
use socket2::{Domain, Socket, Type};
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Stdio;

/// The addresses of a socket: local address, local port, remote address, remote port.
fn values(stream: &TcpStream) -> Step<[String; 4]> {
    let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
    Ok([local.ip().to_string(), local.port().to_string(), remote.ip().to_string(), remote.port().to_string()])
}

const NAMES: [&str; 4] = ["local address", "local port", "remote address", "remote port"];

/// The names of the values in which two sockets differ.
fn differences(one: &TcpStream, other: &TcpStream) -> Step<Vec<String>> {
    let (one, other) = (values(one)?, values(other)?);
    let differing = NAMES.iter().zip(one.iter().zip(&other)).filter(|(_, (a, b))| a != b);
    Ok(differing.map(|(name, _)| (*name).to_owned()).collect())
}

/// A connection between these addresses. The client's address may be used for other connections too.
fn connect_from(from: SocketAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&from.into())?;
    socket.connect(&to.into())?;
    Ok(socket.into())
}

/// Connections that differ in one value alone exist side by side. Another descriptor or another process refers to the same connection.
pub(in crate::lab0) fn distinguishing(_: &mut Session) -> Step<Vec<String>> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let port = listener.local_addr()?.port();
    let at = |last: u8, port: u16| SocketAddr::from(([127, 0, 0, last], port));
    let first = connect_from(at(1, 0), at(1, port))?;
    let own = first.local_addr()?.port();
    let accepted = accept(&listener)?;
    let another = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // Seen from the server: another local address, another local port, another remote address, another remote port.
    let mut siblings = Vec::new();
    for (listener, from, to) in [
        (&listener, at(1, own), at(2, port)),
        (&another, at(1, own), another.local_addr()?),
        (&listener, at(3, own), at(1, port)),
        (&listener, at(1, 0), at(1, port)),
    ] {
        siblings.push(connect_from(from, to)?);
        siblings.push(accept(listener)?);
    }
    let mut found = BTreeSet::new();
    for sibling in siblings.iter().skip(1).step_by(2) {
        if let [only] = differences(&accepted, sibling)?.as_slice() {
            found.insert(only.clone());
        }
    }
    // What is written through another descriptor, or read by another process, is the same stream.
    let mut copy = first.try_clone()?;
    copy.write_all(b"through the copy\n")?;
    if !differences(&first, &copy)?.is_empty() {
        found.insert("descriptor".to_owned());
    }
    let input = Stdio::from(OwnedFd::from(accepted.try_clone()?));
    if shell("read line; echo \"$line\"", input, Stdio::piped())?.hear()? != "through the copy" {
        found.insert("process".to_owned());
    }
    words(found)
}

pub(in crate::lab0) fn two_clients_differ(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let _clients = [connect(address)?, connect(address)?];
    differences(&accept(&listener)?, &accept(&listener)?)
}

pub(in crate::lab0) fn other_end(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    // By chance its port may be the listener's.
    let client = loop {
        let client = connect_from(SocketAddr::from(([127, 0, 0, 2], 0)), address)?;
        if client.local_addr()?.port() != address.port() {
            break values(&client)?;
        }
        accept(&listener)?;
    };
    let server = values(&accept(&listener)?)?;
    let equal = server.iter().map(|value| client.iter().position(|other| other == value));
    words(equal.map(|index| index.map_or("none", |index| NAMES[index])))
}

/// Whether two connections can have the same port at the client, towards the same port of a server or towards another.
pub(in crate::lab0) fn same_port(same_server: bool) -> Step<Vec<String>> {
    let (first, second) = (listen()?, listen()?);
    let client = connect_from(SocketAddr::from(([127, 0, 0, 1], 0)), first.1)?;
    let other = if same_server { first.1 } else { second.1 };
    match connect_from(client.local_addr()?, other) {
        Ok(_) => one("yes"),
        Err(error) if matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse) => one("no"),
        Err(error) => Err(error.into()),
    }
}

/// How many sockets a server holds after `clients` clients have connected, `accepted` of them were accepted, and `closed` of these were
/// closed.
pub(in crate::lab0) fn held(clients: usize, accepted: usize, closed: usize) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let _clients = (0..clients).map(|_| connect(address)).collect::<Step<Vec<_>>>()?;
    let mut served = (0..accepted).map(|_| accept(&listener)).collect::<Step<Vec<_>>>()?;
    served.truncate(accepted - closed);
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let sockets = Observer::new(Scope::Tree(own))?.picture()?.sockets;
    let is_held =
        |socket: &&model::SocketPicture| socket.local.port() == address.port() && !socket.holders.is_empty();
    one(sockets.iter().filter(is_held).count())
}

/// The name of a port of an accepted socket.
fn name(port: u16, listening: u16, client: u16) -> &'static str {
    match port {
        0 => "none",
        _ if port == listening => "the listening port",
        _ if port == client => "the client's port",
        _ => "a new port",
    }
}

pub(in crate::lab0) fn accepted_local_port(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let client = connect(address)?;
    one(name(accept(&listener)?.local_addr()?.port(), address.port(), client.local_addr()?.port()))
}

pub(in crate::lab0) fn accepted_remote_port(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let client = connect(address)?;
    one(name(accept(&listener)?.peer_addr()?.port(), address.port(), client.local_addr()?.port()))
}

pub(in crate::lab0) fn different_local_ports(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let mut ports = BTreeSet::from([address.port()]);
    let _clients = (0..6).map(|_| connect(address)).collect::<Step<Vec<_>>>()?;
    for _ in 0..6 {
        ports.insert(accept(&listener)?.local_addr()?.port());
    }
    one(ports.len())
}

pub(in crate::lab0) fn accepted_local_address(_: &mut Session) -> Step<Vec<String>> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let _client = connect(SocketAddr::from(([127, 0, 0, 3], listener.local_addr()?.port())))?;
    one(accept(&listener)?.local_addr()?.ip())
}

pub(in crate::lab0) fn listening_peer(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let _clients = [connect(address)?, connect(address)?];
    let served = [accept(&listener)?, accept(&listener)?];
    match Socket::from(listener).peer_addr() {
        Err(error) if error.kind() == ErrorKind::NotConnected => one("it has none"),
        Err(error) => Err(error.into()),
        Ok(peer) if peer.as_socket() == Some(served[0].peer_addr()?) => one("those of the first client"),
        Ok(_) => one("those of the last client"),
    }
}
