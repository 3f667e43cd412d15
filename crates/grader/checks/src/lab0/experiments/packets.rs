//! Experiments about what goes over the wire, read from captured packets.

use crate::lab0::bench::{LAST_RESORT, accept, connect, listen};
use crate::lab0::packets::{ICMP, Packet, Packets, RST, SYN, UDP};
use crate::lab0::question::{one, words};
use model::{Fault, Step};
use session::Session;
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

/// What an application sends in these experiments.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub(in crate::lab0) fn tcp_to_nobody(session: &mut Session) -> Step<Vec<String>> {
    let address = session.unused_address()?;
    match TcpStream::connect(address) {
        Ok(_) => one("it succeeds"),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => one("it fails with connection refused"),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::lab0) fn answer_to_request(session: &mut Session) -> Step<Vec<String>> {
    let address = session.unused_address()?;
    let mut packets = Packets::start(session)?;
    // Another question asks what connect returns.
    let _ = TcpStream::connect(address);
    let answer = packets.next(|packet| packet.protocol() == ICMP || packet.ports().0 == address.port())?;
    one(kind(&answer))
}

/// The questions' word for an answer.
fn kind(packet: &Packet) -> &'static str {
    match packet.protocol() {
        ICMP => "an ICMP message",
        UDP => "an empty datagram",
        _ if packet.has(RST) => "a segment with RST",
        _ => "a segment with SYN and ACK",
    }
}

/// A UDP socket that is connected to an address without a bound socket, and that address.
fn udp_to_nobody() -> Step<(UdpSocket, SocketAddr)> {
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    // While both are bound they have different ports.
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = nobody.local_addr()?;
    socket.connect(address)?;
    Ok((socket, address))
}

pub(in crate::lab0) fn answer_to_datagram(session: &mut Session) -> Step<Vec<String>> {
    let (socket, address) = udp_to_nobody()?;
    let mut packets = Packets::start(session)?;
    socket.send(b"anybody?")?;
    let answer = packets.next(|packet| packet.protocol() == ICMP || packet.ports().0 == address.port())?;
    one(kind(&answer))
}

/// The result of the first call on a connected UDP socket, a send, or of the second, a receive.
pub(in crate::lab0) fn sends_to_nobody(calls: usize) -> Step<Vec<String>> {
    let (socket, _) = udp_to_nobody()?;
    let refused = |result: std::io::Result<usize>, otherwise| match result {
        Ok(_) => one(otherwise),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => one("it fails with connection refused"),
        Err(error) => Err(error.into()),
    };
    let first = socket.send(b"anybody?");
    if calls == 1 {
        return refused(first, "it succeeds");
    }
    first?;
    // The answer may still be on its way.
    socket.set_read_timeout(Some(LAST_RESORT))?;
    refused(socket.recv(&mut [0; 16]), "it returns an empty datagram")
}

/// The segment that carries [`REQUEST`], with the destination port.
fn captured_request(session: &Session) -> Step<(Packet, u16)> {
    let (listener, address) = listen()?;
    let mut packets = Packets::start(session)?;
    let mut client = connect(address)?;
    let _accepted = accept(&listener)?;
    client.write_all(REQUEST)?;
    Ok((
        packets.next(|packet| packet.ports().1 == address.port() && packet.data() == REQUEST)?,
        address.port(),
    ))
}

/// A datagram to an address without a bound socket, and the ICMP message that answers it.
fn captured_datagram(session: &Session) -> Step<(Packet, Packet)> {
    let (socket, address) = udp_to_nobody()?;
    let mut packets = Packets::start(session)?;
    socket.send(b"datagram")?;
    let datagram = packets.next(|packet| packet.ports().1 == address.port())?;
    Ok((datagram, packets.next(|packet| packet.protocol() == ICMP)?))
}

pub(in crate::lab0) fn protocol_of_tcp(session: &mut Session) -> Step<Vec<String>> {
    one(captured_request(session)?.0.protocol())
}

pub(in crate::lab0) fn protocol_of_udp(session: &mut Session) -> Step<Vec<String>> {
    one(captured_datagram(session)?.0.protocol())
}

pub(in crate::lab0) fn protocols(session: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let mut packets = Packets::start(session)?;
    let _client = connect(address)?;
    let request = packets.next(|packet| packet.has(SYN) && packet.ports().1 == address.port())?;
    drop(listener);
    let (datagram, unreachable) = captured_datagram(session)?;
    words([request, datagram, unreachable].map(|packet| packet.protocol()))
}

/// The names of a captured request's parts, from the first byte on, with the layer of each.
fn parts(session: &Session) -> Step<Vec<(&'static str, &'static str)>> {
    let (packet, port) = captured_request(session)?;
    // `Packet` has checked that the EtherType says IPv4 and that a header of version 4 follows.
    let mut found = vec![("Ethernet header", "data link"), ("IP header", "network")];
    if packet.ports().1 == port {
        found.push(("TCP header", "transport"));
    }
    if packet.carried().ends_with(REQUEST) {
        found.push(("HTTP request", "application"));
    }
    Ok(found)
}

pub(in crate::lab0) fn layers(session: &mut Session) -> Step<Vec<String>> {
    words(parts(session)?.into_iter().map(|(_, layer)| layer))
}

pub(in crate::lab0) fn order_in_frame(session: &mut Session) -> Step<Vec<String>> {
    words(parts(session)?.into_iter().map(|(name, _)| name))
}

/// The first header that contains these bytes, with its layer.
fn header_with(packet: &Packet, bytes: &[u8]) -> Step<(&'static str, &'static str)> {
    let header = packet.ip_header();
    let stands_in = |part: &[u8]| part.windows(bytes.len()).any(|window| window == bytes);
    if stands_in(&packet.ip()[..header]) {
        return Ok(("IP header", "network"));
    }
    if stands_in(&packet.ip()[header..header + 4]) {
        return Ok(("TCP header", "transport"));
    }
    Err(Fault::new("neither header has these bytes").into())
}

fn ports(session: &Session) -> Step<(&'static str, &'static str)> {
    let (packet, port) = captured_request(session)?;
    header_with(&packet, &[packet.ports().0.to_be_bytes(), port.to_be_bytes()].concat())
}

pub(in crate::lab0) fn ports_in_header(session: &mut Session) -> Step<Vec<String>> {
    one(ports(session)?.0)
}

pub(in crate::lab0) fn layer_with_ports(session: &mut Session) -> Step<Vec<String>> {
    one(ports(session)?.1)
}

pub(in crate::lab0) fn layer_with_addresses(session: &mut Session) -> Step<Vec<String>> {
    let (packet, _) = captured_request(session)?;
    one(header_with(&packet, &Ipv4Addr::LOCALHOST.octets())?.1)
}

pub(in crate::lab0) fn length_of_ip_header(session: &mut Session) -> Step<Vec<String>> {
    one(captured_request(session)?.0.ip_header())
}

pub(in crate::lab0) fn same_port_number(session: &mut Session) -> Step<Vec<String>> {
    session.needs_isolation()?;
    let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 4000))?;
    match UdpSocket::bind((Ipv4Addr::LOCALHOST, 4000)) {
        Ok(_) => one("yes"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => one("no"),
        Err(error) => Err(error.into()),
    }
}
