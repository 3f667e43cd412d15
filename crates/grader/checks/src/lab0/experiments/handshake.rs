//! Experiments about the segments that begin a connection and end it.

use crate::lab0::bench::{accept, connect, listen, pair, until, until_unread};
use crate::lab0::packets::{ACK, FIN, Packets, RST, SYN, TCP, UDP};
use crate::lab0::question::{one, words};
use model::{Fault, Step};
use observe::Diag;
use session::Session;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};

/// The flags of the segments of a connect, in the order in which they came.
fn beginning(session: &Session) -> Step<Vec<u8>> {
    let (_listener, address) = listen()?;
    let mut packets = Packets::start(session)?;
    let _client = connect(address)?;
    packets.next(|packet| packet.ports().1 == address.port() && packet.flags() == ACK)?;
    Ok(packets.seen.iter().filter(|packet| packet.protocol() == TCP).map(|packet| packet.flags()).collect())
}

pub(in crate::lab0) fn handshake(session: &mut Session) -> Step<Vec<String>> {
    let name = |flags: u8| match flags & (SYN | ACK) {
        SYN => "SYN",
        ACK => "ACK",
        _ => "SYN and ACK",
    };
    words(beginning(session)?.into_iter().map(name))
}

pub(in crate::lab0) fn segments_before_data(session: &mut Session) -> Step<Vec<String>> {
    let (_listener, address) = listen()?;
    let mut packets = Packets::start(session)?;
    let mut client = connect(address)?;
    packets.next(|packet| packet.ports().1 == address.port() && packet.flags() == ACK)?;
    client.write_all(b"data")?;
    packets.next(|packet| packet.data() == b"data")?;
    one(packets.seen.iter().take_while(|packet| packet.data() != b"data").count())
}

pub(in crate::lab0) fn flags_of_second_segment(session: &mut Session) -> Step<Vec<String>> {
    let flags = beginning(session)?.get(1).copied().unwrap_or_default();
    let names = [("ACK", ACK), ("FIN", FIN), ("RST", RST), ("SYN", SYN)];
    words(names.into_iter().filter_map(|(name, flag)| (flags & flag != 0).then_some(name)))
}

pub(in crate::lab0) fn packets_of_udp_connect(session: &mut Session) -> Step<Vec<String>> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    let mut packets = Packets::start(session)?;
    sender.connect(receiver.local_addr()?)?;
    sender.send(b"the first datagram")?;
    packets.next(|packet| packet.protocol() == UDP && packet.carried().ends_with(b"the first datagram"))?;
    one(packets.seen.len() - 1)
}

/// The segment that a server sends when it closes with `unread` unread bytes.
pub(in crate::lab0) fn close_with(session: &mut Session, unread: usize) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let mut packets = Packets::start(session)?;
    let mut client = connect(address)?;
    let server = accept(&listener)?;
    client.write_all(&vec![0; unread])?;
    until_unread(address, client.local_addr()?, u32::try_from(unread).unwrap_or(u32::MAX))?;
    drop(server);
    let is_last = |flags: u8| flags & (FIN | RST) != 0;
    let last = packets.next(|packet| packet.ports().0 == address.port() && is_last(packet.flags()))?;
    one(if last.has(RST) { "one with RST" } else { "one with FIN" })
}

/// Closes the client's end, and then the server's end once its kernel has received the FIN.
fn close_both(client: TcpStream, mut server: TcpStream) -> Step {
    drop(client);
    match server.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(Fault::new("more than the end of file came").into()),
    }
}

pub(in crate::lab0) fn segments_with_fin(session: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let mut packets = Packets::start(session)?;
    let client = connect(address)?;
    close_both(client, accept(&listener)?)?;
    packets.next(|packet| packet.ports().0 == address.port() && packet.has(FIN))?;
    // The last segment is the acknowledgement by the client's kernel.
    packets.next(|packet| packet.ports().1 == address.port() && packet.has(ACK))?;
    one(packets.seen.iter().filter(|packet| packet.has(FIN)).count())
}

pub(in crate::lab0) fn answer_after_half_close(_: &mut Session) -> Step<Vec<String>> {
    let (mut client, mut server) = pair()?;
    client.shutdown(Shutdown::Write)?;
    if server.read(&mut [0])? != 0 {
        return Err(Fault::new("more than the end of file came").into());
    }
    server.write_all(b"answer")?;
    drop(server);
    let mut answer = Vec::new();
    client.read_to_end(&mut answer)?;
    one(if answer == b"answer" { "yes" } else { "no" })
}

pub(in crate::lab0) fn side_in_time_wait(_: &mut Session) -> Step<Vec<String>> {
    let (client, server) = pair()?;
    let (ours, theirs) = (client.local_addr()?, server.local_addr()?);
    close_both(client, server)?;
    // The server's side is gone when the last acknowledgement has arrived. The client's side is kept then.
    let diag = Diag::open()?;
    let is_kept =
        || Ok::<_, std::io::Error>([diag.connection(ours, theirs)?, diag.connection(theirs, ours)?]);
    until("the end of one side", || Ok(is_kept()?.iter().any(Option::is_none)))?;
    one(match is_kept()?.map(|socket| socket.is_some()) {
        [true, false] => "the client",
        [false, true] => "the server",
        [true, true] => "both",
        [false, false] => "neither",
    })
}
