//! Experiments about what TCP and UDP promise, and about the reads that answer writes.

use crate::lab0::bench::{LAST_RESORT, pair, task, until, until_unread};
use crate::lab0::question::one;
use model::{Fault, Step};
use observe::Diag;
use session::Session;
use socket2::SockRef;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};

/// Two UDP sockets, the first connected to the second.
fn udp_pair() -> Step<(UdpSocket, UdpSocket)> {
    let (from, to) = (UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?, UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?);
    from.connect(to.local_addr()?)?;
    // What was sent always arrives here, sooner or later.
    to.set_read_timeout(Some(LAST_RESORT))?;
    Ok((from, to))
}

/// How many datagrams this network has dropped because a buffer was full (`RcvbufErrors` in `/proc/net/snmp`).
fn dropped() -> Step<u64> {
    let text = fs::read_to_string("/proc/self/net/snmp")?;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("Udp: "));
    let (names, values) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let mut pairs = names.split(' ').zip(values.split(' '));
    let value = pairs.find(|(name, _)| *name == "RcvbufErrors").and_then(|(_, value)| value.parse().ok());
    Ok(value.ok_or_else(|| Fault::new("the kernel does not count dropped datagrams"))?)
}

pub(in crate::lab0) fn udp_with_full_buffer(session: &mut Session) -> Step<Vec<String>> {
    session.needs_isolation()?;
    let (from, to) = udp_pair()?;
    SockRef::from(&to).set_recv_buffer_size(1)?;
    for _ in 0..1000 {
        if from.send(&[0; 1000]).is_err() {
            return one("a send fails");
        }
    }
    until("the loss of a datagram", || Ok(dropped()? > 0))?;
    one("every send succeeds, and datagrams are lost")
}

pub(in crate::lab0) fn tcp_with_full_buffer(_: &mut Session) -> Step<Vec<String>> {
    const MUCH: usize = 64 << 20;
    let (mut client, mut server) = pair()?;
    let writer = task(move || client.write_all(&vec![0; MUCH]))?;
    let waits = writer.call()? == Some("write");
    let mut buffer = vec![0; 1 << 20];
    let mut arrived = 0;
    while arrived < MUCH {
        match server.read(&mut buffer)? {
            0 => return one("every write succeeds, and bytes are lost"),
            length => arrived += length,
        }
    }
    writer.finish()??;
    one(if waits {
        "a write waits until the receiver reads"
    } else {
        "every write succeeds, and all bytes are kept"
    })
}

pub(in crate::lab0) fn numbered_writes(_: &mut Session) -> Step<Vec<String>> {
    const NUMBERS: u32 = 10_000;
    let (mut client, mut server) = pair()?;
    let writer = task(move || (0..NUMBERS).try_for_each(|number| client.write_all(&number.to_be_bytes())))?;
    let mut bytes = Vec::new();
    // It is slow because it takes little at a time.
    let mut buffer = [0; 7];
    loop {
        match server.read(&mut buffer)? {
            0 => break,
            length => bytes.extend_from_slice(&buffer[..length]),
        }
    }
    writer.finish()??;
    let numbers =
        bytes.chunks_exact(4).map(|chunk| u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    let numbers: Vec<u32> = numbers.collect();
    let is_ordered = numbers.is_sorted();
    one(match numbers.len() == NUMBERS as usize {
        true if is_ordered => "all numbers, in order",
        true => "all numbers, perhaps in another order",
        false => "in order, but perhaps not all numbers",
    })
}

/// A write that returns although the receiving program, and so the connection's other end, takes nothing any more.
pub(in crate::lab0) fn write_after_close(_: &mut Session) -> Step<Vec<String>> {
    let (mut client, server) = pair()?;
    let (ours, theirs) = (client.local_addr()?, server.local_addr()?);
    drop(server);
    let diag = Diag::open()?;
    until("the end of file", || {
        Ok(diag.connection(ours, theirs)?.is_some_and(|socket| socket.state.peer_is_done()))
    })?;
    one(match client.write(b"hello")? {
        5 => "the kernel of the sender has taken the bytes",
        _ => "the kernel of the receiver has the bytes",
    })
}

/// Writes, waits until all has arrived, and counts the reads that take it all.
pub(in crate::lab0) fn reads(writes: usize, length: usize, buffer: usize) -> Step<Vec<String>> {
    let (mut client, mut server) = pair()?;
    client.set_nodelay(true)?;
    for _ in 0..writes {
        client.write_all(&vec![0; length])?;
    }
    let total = writes * length;
    until_unread(server.local_addr()?, server.peer_addr()?, u32::try_from(total).unwrap_or(u32::MAX))?;
    let mut buffer = vec![0; buffer];
    let (mut taken, mut count) = (0, 0);
    while taken < total {
        taken += server.read(&mut buffer)?;
        count += 1;
    }
    one(count)
}

pub(in crate::lab0) fn less_than_asked_for(_: &mut Session) -> Step<Vec<String>> {
    let (mut client, mut server) = pair()?;
    let reader = task(move || server.read(&mut [0; 10]))?;
    reader.call()?;
    client.write_all(b"four")?;
    one(reader.finish()??)
}

pub(in crate::lab0) fn three_datagrams(_: &mut Session) -> Step<Vec<String>> {
    let (from, to) = udp_pair()?;
    for _ in 0..3 {
        from.send(&[0; 10])?;
    }
    let (mut taken, mut count) = (0, 0);
    while taken < 30 {
        taken += to.recv(&mut [0; 100])?;
        count += 1;
    }
    one(count)
}

pub(in crate::lab0) fn rest_of_datagram(_: &mut Session) -> Step<Vec<String>> {
    let (from, to) = udp_pair()?;
    from.send(&[0; 30])?;
    from.send(&[0; 5])?;
    to.recv(&mut [0; 8])?;
    one(to.recv(&mut [0; 8])?)
}

pub(in crate::lab0) fn reads_to_the_end(_: &mut Session) -> Step<Vec<String>> {
    let (mut client, mut server): (TcpStream, TcpStream) = pair()?;
    client.write_all(&[0; 10])?;
    drop(client);
    // An unread end of file counts as a byte.
    until_unread(server.local_addr()?, server.peer_addr()?, 11)?;
    let mut count = 1;
    while server.read(&mut [0; 100])? > 0 {
        count += 1;
    }
    one(count)
}
