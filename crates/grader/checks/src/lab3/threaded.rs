//! Part c: one thread for each client.

use super::server::{self, greeted};
use crate::{Census, Program, Session};
use model::{Failure, Kind, Step};
use wire::Peer;

const PROGRAM: &str = "echo-server-threaded";

/// How many clients are served at once.
const CROWD: usize = 50;
/// How many file descriptors the server gets when they are to run out: enough for any language's runtime to start.
const FEW_FILES: u64 = 32;

/// L3.14
pub(super) fn speaks_the_protocol(session: &mut Session) -> Step {
    server::greets(session, PROGRAM)?;
    server::answers_in_upper_case(session, PROGRAM)?;
    server::waits_for_the_end_of_the_line(session, PROGRAM)?;
    server::answers_one_line_only(session, PROGRAM)?;
    server::serves_the_next(session, PROGRAM)?;
    server::answers_an_empty_line(session, PROGRAM)?;
    server::survives_clients_that_leave(session, PROGRAM)
}

/// L3.15
pub(super) fn serves_many_at_once(session: &mut Session) -> Step {
    let mut server = session.serve(PROGRAM)?;
    let mut clients = crowd(&mut server, CROWD)?;
    session.random.shuffle(&mut clients);
    for client in &mut clients {
        let line = session.text(16);
        client.send(format!("{line}\n"))?;
        server::expect_answer(client, &line)?;
    }
    Ok(())
}

/// L3.16
pub(super) fn has_a_thread_for_each(session: &mut Session) -> Step {
    let mut server = session.serve(PROGRAM)?;
    server.wait_until_still()?;
    let before = server.census()?.threads;
    let mut clients = Vec::new();
    for n in [1, 8, 16] {
        clients.extend(crowd(&mut server, n - clients.len())?);
        expect_structure(&server, &clients)?;
    }
    clients.into_iter().for_each(Peer::close);
    let summary = "the clients have gone, but their threads have not";
    // A virtual machine may have started a few threads of its own meanwhile.
    let allowed = before + 8;
    let still = server.wait_until(&mut |server| Ok(server.census()?.threads <= allowed))?;
    if still.is_some() {
        let threads = server.views(&[])?;
        return Err(Failure::new(Kind::Structure, summary)
            .expected(format!("about {before} threads, as before the clients came"))
            .got(format!("{} threads", threads.len()))
            .kernel(threads)
            .into());
    }
    server::converse(session, &mut server)
}

/// L3.S6
pub(super) fn survives_running_out_of_files(session: &mut Session) -> Step {
    session.limit_files(FEW_FILES);
    let mut server = session.serve(PROGRAM)?;
    let mut clients = Vec::new();
    let mut waiting = loop {
        let mut client = server.connect()?;
        if server.lacks_files_for(&client, FEW_FILES)? {
            server.expect_waits_for_files(clients.len())?;
            // It may have had one of these files open for a moment only.
            if server.lacks_files_for(&client, FEW_FILES)? {
                break client;
            }
        }
        let greeting = client.take_line()?;
        if client.has_ended()? {
            // It was turned away, which is as good as waiting; the next one may be served.
            break server.connect()?;
        }
        if greeting.is_empty() {
            break client;
        }
        clients.push(client);
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
        waiting.read_line(64)?;
    }
    waiting.close();
    server::converse(session, &mut server)
}

/// `count` clients, connected and greeted.
fn crowd(server: &mut Program, count: usize) -> Step<Vec<Peer>> {
    (0..count).map(|_| greeted(server)).collect()
}

/// Expects one process with one thread that accepts and one reading thread for each client.
fn expect_structure(server: &Program, clients: &[Peer]) -> Step {
    let listening = server.listeners()?;
    let mut sockets = Vec::new();
    for client in clients {
        sockets.push(server.socket_of(client)?.map_or(0, |socket| socket.inode));
    }
    let mut seen = (0, 0, 0);
    let mut is_right = false;
    let still = server.wait_until_rests(&mut |server| {
        let Census { workers, processes, zombies, .. } = server.census()?;
        let processes = processes + zombies;
        let on = |sockets: &[u32]| workers.iter().filter(|worker| worker.waits_on(sockets)).count();
        let reading = sockets.iter().filter(|socket| **socket != 0 && on(&[**socket]) == 1).count();
        seen = (processes, on(&listening), reading);
        is_right = seen == (1, 1, clients.len()) && workers.len() == clients.len() + 1;
        Ok(is_right)
    })?;
    let Some(still) = still.filter(|_| !is_right) else { return Ok(()) };
    let n = clients.len();
    let (processes, accepting, reading) = seen;
    let summary = match n {
        1 => "with 1 client connected the server has another structure".to_owned(),
        n => format!("with {n} clients connected the server has another structure"),
    };
    Err(Failure::new(Kind::Structure, summary)
        .expected(format!("processes: 1, threads in accept: 1, threads in a read, each on its client: {n}"))
        .got(format!("processes: {processes}, threads in accept: {accepting}, threads in a read: {reading}"))
        .kernel(still.kernel)
        .into())
}
