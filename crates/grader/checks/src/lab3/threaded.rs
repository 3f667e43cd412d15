//! Part c: one thread for each client.

use super::server::{self, greeted};
use super::{leaving, lines};
use crate::kit::files::{Service, fill};
use crate::kit::structure::{Workers, expect_gone, expect_workers, readers};
use model::Step;
use session::{Program, Session};
use wire::{Peer, wait_until_all_read};

const PROGRAM: &str = "echo-server-threaded";

/// How many clients are served at once.
const CROWD: usize = 50;
/// How much of its line each client says first.
const HALF: usize = 7;

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
    // First all clients say half of their lines, so that each half is at the server while the other halves come.
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
            // L3.4, here as a part of L3.14, decides that half a line is not answered.
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
    let mut clients = Vec::new();
    for n in [1, 8, 16] {
        clients.extend(crowd(&mut server, n - clients.len())?);
        let expected = Workers { processes: 1, accepting: 1, reading: n, ..Workers::default() };
        expect_workers(&server, &clients, &expected, Workers::with_clients)?;
    }
    let readers = readers(&server, &clients, |worker| worker.tid)?;
    for (index, mut client) in clients.into_iter().enumerate() {
        // A conversation may end in any of these ways. L3.14 decides about the answers.
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
    expect_gone(&server, &readers, "threads")?;
    server::converse(session, &mut server)
}

/// L3.S6
pub(super) fn survives_running_out_of_files(session: &mut Session) -> Step {
    let service = Service {
        opening: |_| String::new(),
        is_served: |client, _| Ok(!client.take_line()?.is_empty() && !client.has_ended()?),
    };
    let (mut server, full) = fill(session, PROGRAM, service)?;
    full.expect_recovers(session, &server)?;
    server::converse(session, &mut server)
}

/// `count` clients, connected and greeted.
fn crowd(server: &mut Program, count: usize) -> Step<Vec<Peer>> {
    (0..count).map(|_| greeted(server)).collect()
}
