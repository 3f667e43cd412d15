//! Part c: one thread for each client.

use super::server::{self, greeted};
use super::{leaving, lines};
use model::{Failure, Kind, Step};
use session::{Program, Session, Worker};
use std::collections::HashSet;
use wire::{Peer, wait_until_all_read};

const PROGRAM: &str = "echo-server-threaded";

/// How many clients are served at once.
const CROWD: usize = 50;
/// How much of its line each says at first.
const HALF: usize = 7;
/// How many file descriptors the server gets when they are to run out: enough for any language's runtime to start.
const FEW_FILES: u64 = 32;

/// L3.14
pub(super) fn speaks_the_protocol(session: &mut Session) -> Step {
    let mut server = session.serve(PROGRAM)?;
    for decide in [
        server::greets,
        lines::answers_in_upper_case,
        lines::waits_for_the_end_of_the_line,
        server::answers_one_line_only,
        leaving::serves_the_next,
        server::answers_an_empty_line,
        leaving::survives_clients_that_leave,
    ] {
        decide(session, &mut server)?;
    }
    Ok(())
}

/// L3.15
pub(super) fn serves_many_at_once(session: &mut Session) -> Step {
    let mut server = session.serve(PROGRAM)?;
    let clients = crowd(&mut server, CROWD)?;
    let mut clients: Vec<(Peer, String)> =
        clients.into_iter().map(|client| (client, session.text(16))).collect();
    // First all say half of their lines, so that each half lies at the server while the others' come.
    session.random.shuffle(&mut clients);
    for (client, line) in &mut clients {
        client.send(&line[..HALF])?;
    }
    wait_until_all_read(&mut clients.iter_mut().map(|(client, _)| client).collect::<Vec<_>>())?;
    for (client, _) in &mut clients {
        client.has_ended()?;
    }
    session.random.shuffle(&mut clients);
    for (client, line) in &mut clients {
        let (half, rest) = line.split_at(HALF);
        let early = client.take_arrived();
        if early.trim_ascii_end().eq_ignore_ascii_case(half.as_bytes()) {
            // That half a line is answered is L3.4's matter, here L3.14's.
            continue;
        }
        client.put_back(&early);
        client.send(format!("{rest}\n"))?;
        server::expect_answer(client, line)?;
    }
    Ok(())
}

/// L3.16
pub(super) fn has_a_thread_for_each(session: &mut Session) -> Step {
    let mut server = session.serve(PROGRAM)?;
    let (mut clients, mut readers) = (Vec::new(), Vec::new());
    for n in [1, 8, 16] {
        clients.extend(crowd(&mut server, n - clients.len())?);
        readers = expect_structure(&server, &clients)?;
    }
    for (index, mut client) in clients.into_iter().enumerate() {
        // However a conversation ends. What is answered is L3.14's matter.
        match index % 3 {
            0 => client.close(),
            1 => client.reset()?,
            _ => {
                client.offer(format!("{}\n", session.text(9)))?;
                client.take_line()?;
                client.close();
            }
        }
    }
    let still = server.wait_until(&mut |server| Ok(server.still_there(&readers)?.is_empty()))?;
    let left = server.still_there(&readers)?.len();
    if still.is_some() && left > 0 {
        let summary = "the clients have gone, but their threads have not";
        return Err(Failure::new(Kind::Structure, summary)
            .expected("each of the threads that were reading has ended")
            .got(format!("{left} of {} are still there", readers.len()))
            .kernel(server.views(&[])?)
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
        if client.has_ended()? || greeting.is_empty() {
            // It was turned away, which is as good as waiting, or is left waiting.
            expect_ran_out(&server, clients.len())?;
            break if client.ending().is_some() { server.connect()? } else { client };
        }
        clients.push(client);
        if clients.len() as u64 > 2 * FEW_FILES {
            // A server with a process for each client: the limit holds for each of them.
            expect_ran_out(&server, clients.len())?;
            break server.connect()?;
        }
    };
    server.expect_waits_for_files(clients.len())?;
    session.note("the clients leave, so file descriptors become free");
    let sockets = server.accepted_sockets(&clients)?;
    clients.into_iter().for_each(Peer::close);
    server.wait_until(&mut |server| Ok(server.holds(&sockets)? == 0))?;
    if waiting.take_line()?.is_empty() && waiting.ending().is_none() {
        let summary = format!("{} waited for a file descriptor, and is forgotten", waiting.name());
        return Err(Failure::new(Kind::Silence, summary)
            .expected("it is served as soon as descriptors are free, or turned away")
            .got("nothing")
            .kernel(server.views(&[waiting])?)
            .into());
    }
    waiting.close();
    server::converse(session, &mut server)
}

/// Expects that it has no file descriptor left now that it does not serve another client. Otherwise there is nothing to survive.
fn expect_ran_out(server: &Program, clients: usize) -> Step {
    // Who keeps a descriptor for this case, so as to turn a client away, takes it again.
    let still = server.wait_until(&mut |server| Ok(server.open_files()? >= FEW_FILES))?;
    let open = server.open_files()?;
    if still.is_none() || open >= FEW_FILES {
        return Ok(());
    }
    let summary = "the server has not run out of file descriptors, and leaves the next client out";
    Err(Failure::new(Kind::Structure, summary)
        .expected(format!("it accepts clients until it has {FEW_FILES} files open"))
        .got(format!("files open: {open}, clients served: {clients}"))
        .into())
}

/// `count` clients, connected and greeted.
fn crowd(server: &mut Program, count: usize) -> Step<Vec<Peer>> {
    (0..count).map(|_| greeted(server)).collect()
}

/// Expects one process with one thread that accepts and one reading thread for each client. Returns those that read.
fn expect_structure(server: &Program, clients: &[Peer]) -> Step<Vec<Worker>> {
    let listening = server.listeners()?;
    let sockets = server.accepted_sockets(clients)?;
    let n = clients.len();
    let (mut seen, mut readers) = ((0, 0, 0), Vec::new());
    let mut is_right = false;
    let still = server.wait_until_rests(&mut |server| {
        // A worker waits for clients, or on them: what else a program has, or a wrapper around it, is its own affair.
        let mut workers = server.census()?.workers;
        for worker in &mut workers {
            worker.sockets.retain(|socket| listening.contains(socket) || sockets.contains(socket));
        }
        workers.retain(|worker| !worker.sockets.is_empty());
        let processes: HashSet<i32> = workers.iter().map(|worker| worker.pid).collect();
        let on = |sockets: &[u32]| workers.iter().filter(|worker| worker.waits_on(sockets)).count();
        let reading = sockets.iter().filter(|socket| on(&[**socket]) == 1).count();
        seen = (processes.len(), on(&listening), reading);
        is_right = seen == (1, 1, n) && workers.len() == n + 1;
        readers = workers.into_iter().filter(|worker| !worker.waits_on(&listening)).collect();
        Ok(is_right)
    })?;
    let Some(still) = still.filter(|_| !is_right) else { return Ok(readers) };
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
