//! Lab 3, Echo: a sequential server, its client, the server with a thread for each client, and a listening
//! socket with a short queue.

mod client;
mod leaving;
mod lines;
mod listener;
mod server;
mod threaded;

use crate::{Check, Suite};
use model::{Lab, Placeholder, Program, Step, Wording};
use sandbox::Limits;
use session::Session;

const SERVER: &str = "echo-server";
const CLIENT: &str = "echo-client";
const THREADED: &str = "echo-server-threaded";
const LISTENER: &str = "bounded-listener";

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 3,
        slug: "echo",
        title: "Echo",
        reference: "reference-echo",
        document: None,
        programs: &[
            Program { name: SERVER, arguments: &[port("3232")] },
            Program {
                name: CLIENT,
                arguments: &[
                    Placeholder { name: "host", default: Some("localhost") },
                    port("3232"),
                    Placeholder { name: "timeout_ms", default: Some("10000") },
                ],
            },
            Program { name: THREADED, arguments: &[port("3232")] },
            Program { name: LISTENER, arguments: &[port("2367")] },
        ],
    },
    checks: CHECKS,
    limits: Limits::USUAL,
    bank: None,
};

const fn port(default: &'static str) -> Placeholder {
    Placeholder { name: "port", default: Some(default) }
}

/// Decides with a server that has just been started.
fn served(session: &mut Session, decide: fn(&mut Session, &mut session::Program) -> Step) -> Step {
    let mut server = session.serve(SERVER)?;
    decide(session, &mut server)
}

static WORDS: Wording = wording!("lab3-echo");

const CHECKS: &[Check] = checks![
    WORDS;
    core("L3.1", 4, [SERVER], |session| server::listens(session, SERVER)),
    core("L3.2", 6, [SERVER], |session| served(session, server::greets)),
    core("L3.3", 8, [SERVER], |session| served(session, lines::answers_in_upper_case)),
    core("L3.4", 10, [SERVER], |session| served(session, lines::waits_for_the_end_of_the_line)),
    core("L3.5", 5, [SERVER], |session| served(session, server::answers_one_line_only)),
    core("L3.6", 5, [SERVER], |session| served(session, leaving::serves_the_next)),
    core("L3.7", 6, [SERVER], |session| server::one_at_a_time(session, SERVER)),
    core("L3.8", 4, [SERVER], |session| served(session, server::answers_an_empty_line)),
    core("L3.9", 6, [SERVER], |session| served(session, leaving::survives_clients_that_leave)),
    stretch("L3.S1", [SERVER], server::knows_other_letters),
    stretch("L3.S2", [SERVER], server::takes_a_long_line),
    stretch("L3.S3", [SERVER], server::survives_invalid_text),
    stretch("L3.S4", [SERVER], server::cuts_off_an_endless_line),
    core("L3.10", 5, [CLIENT], client::sends_one_line),
    core("L3.11", 6, [CLIENT], client::accepts_the_answer),
    core("L3.12", 6, [CLIENT], client::rejects_other_answers),
    core("L3.13", 5, [CLIENT], client::tells_of_lost_connections),
    stretch("L3.S5", [CLIENT], client::gives_up_in_time),
    core("L3.14", 6, [THREADED], threaded::speaks_the_protocol),
    core("L3.15", 6, [THREADED], threaded::serves_many_at_once),
    core("L3.16", 6, [THREADED], threaded::has_a_thread_for_each),
    stretch("L3.S6", [THREADED], threaded::survives_running_out_of_files),
    core("L3.17", 3, [LISTENER], listener::has_a_backlog_of_four),
    core("L3.18", 3, [LISTENER], listener::accepts_when_told),
];
