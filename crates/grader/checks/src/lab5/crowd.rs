//! Many clients, and clients that are a burden.

use super::protocol::{converse, expect_answer, is_answered, is_served, line_of, serves_another};
use super::stuck::{self, Stuck};
use crate::TASKS_FOR_A_THOUSAND;
use crate::kit::crowd::{connect_accepted, connect_silently};
use crate::kit::files::{Service, fill};
use model::{Failure, Kind, Step};
use session::{Needs, Program, Session};
use std::time::Duration;
use wire::Peer;

/// How many clients speak, each while all others are silent.
const CROWD: usize = 32;
const MEBIBYTE: usize = 1 << 20;
/// The most that a client which never reads sends to a server that goes on reading.
const FLOOD: usize = 4 * MEBIBYTE;
/// How long a program may sleep before it answers: too short for a time-out of a poll or a write.
const AT_ONCE: Duration = Duration::from_millis(500);

/// L5.10
pub(super) fn answers_each_while_others_are_silent(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    connect_silently(&mut server, &mut clients, CROWD)?;
    for client in &mut clients {
        let silent = "all other clients are connected and silent";
        is_served(client, &line_of(session, 10)).map_err(|stop| stop.remark(silent))?;
    }
    session.random.shuffle(&mut clients);
    for client in &mut clients {
        converse(client, &line_of(session, 10))?;
    }
    clients[0].send_in_pieces(["half a li".as_bytes()])?;
    for client in &mut clients[1..] {
        let line = line_of(session, 10);
        client.send(format!("{line}\n"))?;
        // Another clause decides about the text.
        if !client.take_line()?.ends_with(b"\n") {
            let halfway = "another client has sent half a line and is silent";
            return expect_answer(client, &line).map_err(|stop| stop.remark(halfway));
        }
    }
    Ok(())
}

/// L5.S1
pub(super) fn has_room_for_a_thousand(session: &mut Session) -> Step {
    has_room_for(session, 1000)
}

/// L5.S2
pub(super) fn has_room_for_ten_thousand(session: &mut Session) -> Step {
    has_room_for(session, 10_000)
}

/// What a thousand clients need: files on the grader's side and on the server's side. A server may keep some for each process that it
/// starts; Python's multiprocessing keeps two.
pub(super) const ROOM_FOR_A_THOUSAND: Needs = Needs { files: 4000, ..Needs::USUAL };
/// The same for a server with a process or a thread for each client.
pub(super) const ROOM_FOR_A_THOUSAND_WORKERS: Needs =
    Needs { tasks: TASKS_FOR_A_THOUSAND, ..ROOM_FOR_A_THOUSAND };
/// What ten thousand clients need.
pub(super) const ROOM_FOR_TEN_THOUSAND: Needs = Needs { files: 11_000, ..Needs::USUAL };

fn has_room_for(session: &mut Session, count: usize) -> Step {
    let mut server = session.serve(session.program())?;
    let mut clients = Vec::new();
    connect_accepted(&mut server, &mut clients, count)?;
    session.note("all of them are silent, and another one comes");
    session.allow_sleep(AT_ONCE);
    let mut another = server.connect()?;
    is_served(&mut another, &line_of(session, 9))?;
    let last = clients.len() - 1;
    for index in [0, last, session.random.usize(..clients.len())] {
        is_served(&mut clients[index], &line_of(session, 9))?;
    }
    // A server that sends away old clients to make room for new ones does not have room for this number.
    for client in &mut clients {
        if client.has_ended()? {
            let summary = format!("{} was silent, and the server ended its connection", client.name());
            return Err(client
                .lost(Kind::Ended, summary)?
                .expected(format!("{count} open connections"))
                .into());
        }
    }
    Ok(())
}

/// L5.S3
pub(super) fn does_not_wait_for_one_who_never_reads(session: &mut Session) -> Step {
    session.narrow_buffers()?;
    let mut server = session.serve(session.program())?;
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect()?;
        is_served(&mut client, &line_of(session, 9))?;
        others.push(client);
    }
    let mut stuck = server.connect()?;
    session.note("client 3 sends lines and never reads an answer");
    cannot_be_written_to(session, &server, &mut stuck)?;
    session.allow_sleep(AT_ONCE);
    let held = "a client does not read its answers, and no other must wait for it";
    for client in &mut others {
        is_served(client, &line_of(session, 9)).map_err(|stop| stop.remark(held))?;
    }
    serves_another(session, &mut server).map_err(|stop| stop.remark(held))
}

/// The client sends until the server has more answers for it than the kernel takes, and sends more if the server goes on reading.
fn cannot_be_written_to(session: &mut Session, server: &Program, stuck: &mut Peer) -> Step {
    const LETTERS: usize = 1000;
    if matches!(stuck::fill(session, server, stuck, LETTERS, MEBIBYTE / 8)?, Stuck::Full | Stuck::Closed) {
        return Ok(());
    }
    let block = format!("{}\n", line_of(session, LETTERS)).repeat(64);
    let mut sent = 0;
    while sent < FLOOD && stuck.offer(&block)? {
        sent += block.len();
    }
    // A server that takes no more is right, whatever keeps it from reading.
    if sent >= FLOOD && stuck::look(server, stuck)? == Stuck::Unfilled {
        let summary =
            format!("{} reads no answers, and the server never comes to where it cannot write", stuck.name());
        return Err(Failure::new(Kind::NotReading, summary)
            .expected("a socket that is full of answers")
            .got("one with room for more")
            .kernel(server.views(&[])?)
            .into());
    }
    Ok(())
}

/// L5.S4
pub(super) fn survives_running_out_of_files(session: &mut Session) -> Step {
    let service = Service {
        opening: |session| format!("{}\n", line_of(session, 9)),
        is_served: |client, opening| is_answered(client, opening.trim_end()),
    };
    let (mut server, mut full) = fill(session, session.program(), service)?;
    let index = session.random.usize(..full.clients.len());
    let served = "no file descriptor is left, but it has one already";
    converse(&mut full.clients[index], &line_of(session, 9)).map_err(|stop| stop.remark(served))?;
    full.expect_recovers(session, &server)?;
    serves_another(session, &mut server)
}
