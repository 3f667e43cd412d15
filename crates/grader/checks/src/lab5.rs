//! Lab 5, five ways to serve many clients: one line protocol and five servers. The kernel shows which model a server follows.
//!
//! A worker is a thread inside a call on a socket. Other threads and processes, of a runtime or a wrapper, do not count.

mod crowd;
mod leaving;
mod predicted;
mod protocol;
mod structure;
mod stuck;

use crate::{Check, Suite};
use model::{Lab, Placeholder, Program, Wording};
use sandbox::Limits;

const SEQUENTIAL: &str = "server-sequential";
const PROCESSES: &str = "server-processes";
const THREADS: &str = "server-threads";
const MULTIPLEXED: &str = "server-multiplexed";
const ASYNC: &str = "server-async";

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 5,
        slug: "server-models",
        title: "Five ways to serve many clients",
        reference: "reference-server-models",
        document: Some("predictions.toml"),
        programs: &[
            Program { name: SEQUENTIAL, arguments: &[Placeholder { name: "port", default: Some("2424") }] },
            Program { name: PROCESSES, arguments: &[Placeholder { name: "port", default: Some("3490") }] },
            Program { name: THREADS, arguments: &[Placeholder { name: "port", default: Some("2323") }] },
            Program { name: MULTIPLEXED, arguments: &[Placeholder { name: "port", default: Some("2525") }] },
            Program { name: ASYNC, arguments: &[Placeholder { name: "port", default: Some("9907") }] },
        ],
    },
    checks: CHECKS,
    // L5.S1: a thousand processes of an interpreter take 1.2 GiB; with a factor of about three. L5.S2: ten thousand small processes or
    // threads are the wrong model. They are allowed here, because other clauses recognise that model by its structure and not by its size.
    limits: Limits { memory: 4 << 30, tasks: 12_288, ..Limits::USUAL },
    bank: None,
};

static WORDS: Wording = wording!("lab5-server-models");

const CHECKS: &[Check] = checks![
    WORDS;
    core("L5.1", 2, [SEQUENTIAL, PROCESSES, THREADS, MULTIPLEXED, ASYNC], protocol::answers_in_upper_case),
    core("L5.2", 2, [SEQUENTIAL, PROCESSES, THREADS, MULTIPLEXED, ASYNC], protocol::answers_however_cut),
    core("L5.3", 2, [SEQUENTIAL, PROCESSES, THREADS, MULTIPLEXED, ASYNC], leaving::says_goodbye),
    core("L5.4", 1, [SEQUENTIAL, PROCESSES, THREADS, MULTIPLEXED, ASYNC], leaving::survives_clients_that_leave),
    core("L5.5", 8, [SEQUENTIAL], structure::is_sequential),
    core("L5.6", 10, [PROCESSES], structure::has_a_process_for_each),
    core("L5.7", 9, [THREADS], structure::has_a_thread_for_each),
    core("L5.8", 10, [MULTIPLEXED], structure::is_multiplexed),
    core("L5.9", 10, [ASYNC], structure::is_asynchronous),
    core("L5.10", 2, [PROCESSES, THREADS, MULTIPLEXED, ASYNC], crowd::answers_each_while_others_are_silent),
    core("L5.11", 2, [SEQUENTIAL, PROCESSES, THREADS, MULTIPLEXED, ASYNC], predicted::is_as_predicted),
    stretch("L5.S1", [PROCESSES, THREADS], crowd::has_room_for_a_thousand, crowd::ROOM_FOR_A_THOUSAND_WORKERS),
    stretch("L5.S1", [MULTIPLEXED, ASYNC], crowd::has_room_for_a_thousand, crowd::ROOM_FOR_A_THOUSAND),
    stretch("L5.S2", [MULTIPLEXED, ASYNC], crowd::has_room_for_ten_thousand, crowd::ROOM_FOR_TEN_THOUSAND),
    stretch("L5.S3", [PROCESSES, THREADS, MULTIPLEXED, ASYNC], crowd::does_not_wait_for_one_who_never_reads),
    stretch("L5.S4", [THREADS, MULTIPLEXED, ASYNC], crowd::survives_running_out_of_files),
];
