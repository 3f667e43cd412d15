//! Many clients, and clients that are a burden.

use super::protocol::{
    converse, expect_answer, greeted, greeted_many, is_answered, is_served, line_of, serves_another,
};
use super::{PROCESSES, THREADS};
use crate::{Session, TASKS_FOR_A_THOUSAND};
use model::Step;
use std::time::Duration;
use wire::Peer;

/// How many clients speak, each while all others are silent.
const CROWD: usize = 32;
const MEBIBYTE: usize = 1 << 20;
/// What a client sends at most that never reads.
const FLOOD: usize = 64 * MEBIBYTE;
/// How long a program may sleep before it answers: too short for a time-out of a poll or a write.
const AT_ONCE: Duration = Duration::from_millis(200);
/// How many file descriptors the server gets when they are to run out: enough for any language's runtime to start.
const FEW_FILES: u64 = 48;

/// L5.10
pub(super) fn answers_each_while_others_are_silent(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut clients = greeted_many(&mut server, CROWD)?;
    for client in &mut clients {
        let silent = "all clients before it are connected and silent";
        converse(client, &line_of(session, 10)).map_err(|stop| stop.remark(silent))?;
    }
    session.random.shuffle(&mut clients);
    for client in &mut clients {
        converse(client, &line_of(session, 10))?;
    }
    clients[0].send_in_pieces(["half a li".as_bytes()])?;
    for client in &mut clients[1..] {
        let line = line_of(session, 10);
        client.send(format!("{line}\n"))?;
        // What it says is the matter of another clause.
        if !client.take_line()?.ends_with(b"\n") {
            let halfway = "another client has sent half a line and is silent";
            return expect_answer(client, &line).map_err(|stop| stop.remark(halfway));
        }
    }
    Ok(())
}

/// L5.S1
pub(super) fn has_room_for_a_thousand(session: &mut Session) -> Step {
    if [PROCESSES, THREADS].contains(&session.program()) {
        session.need_tasks(TASKS_FOR_A_THOUSAND)?;
    }
    has_room_for(session, 1000)
}

/// L5.S2
pub(super) fn has_room_for_ten_thousand(session: &mut Session) -> Step {
    has_room_for(session, 10_000)
}

/// How many files so many clients need, on the grader's side and on the server's.
pub(crate) const fn files_for(clients: usize) -> u64 {
    clients as u64 + 1000
}

fn has_room_for(session: &mut Session, count: usize) -> Step {
    session.need_files(files_for(count))?;
    let mut server = session.serve(session.program())?;
    let mut clients = server.connect_many(count)?;
    session.note("all of them are silent, and another one comes");
    session.allow_sleep(AT_ONCE);
    let mut another = server.connect()?;
    is_served(&mut another, &line_of(session, 9))?;
    let last = clients.len() - 1;
    for index in [0, last, session.random.usize(..clients.len())] {
        is_served(&mut clients[index], &line_of(session, 9))?;
    }
    Ok(())
}

/// L5.S3
pub(super) fn does_not_wait_for_one_who_never_reads(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut others = greeted_many(&mut server, 2)?;
    let mut stuck = greeted(&mut server)?;
    session.note("client 3 sends lines and never reads an answer");
    let block = format!("{}\n", line_of(session, 1023)).repeat(1024);
    let mut sent = 0;
    while sent < FLOOD && stuck.offer(&block)? {
        sent += block.len();
    }
    session.allow_sleep(AT_ONCE);
    let held = "a client does not read its answers, and no other must wait for it";
    for client in &mut others {
        is_served(client, &line_of(session, 9)).map_err(|stop| stop.remark(held))?;
    }
    serves_another(session, &mut server).map_err(|stop| stop.remark(held))
}

/// L5.S4
pub(super) fn survives_running_out_of_files(session: &mut Session) -> Step {
    session.limit_files(FEW_FILES);
    let mut server = session.serve(session.program())?;
    let mut clients: Vec<Peer> = Vec::new();
    let mut line = line_of(session, 9);
    let mut waiting = loop {
        let mut client = server.connect()?;
        if client.offer(format!("{line}\n"))? && is_answered(&mut client, &line)? {
            clients.push(client);
            line = line_of(session, 9);
        } else if client.has_ended()? {
            // It was turned away, which is as good as waiting; the next one may be served.
            let mut next = server.connect()?;
            next.offer(format!("{line}\n"))?;
            break next;
        } else {
            break client;
        }
        if clients.len() as u64 > 2 * FEW_FILES {
            // A server with a process for each client: the limit holds for each of them, and is never reached.
            break server.connect()?;
        }
    };
    server.expect_waits_for_files(clients.len())?;
    session.note("the clients leave, so file descriptors become free");
    clients.into_iter().for_each(Peer::close);
    server.wait_until_still()?;
    if !waiting.has_ended()? {
        is_answered(&mut waiting, &line)?;
    }
    waiting.close();
    serves_another(session, &mut server)
}
