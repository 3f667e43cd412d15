//! Lab 2, the streaming time server: one client at a time, one line after each pause. The lab is about time. Still, a clock never decides
//! against a program that was held up. The sleep that a thread has asked for shows a pause. Lines may not come earlier than their pauses
//! allow. How late they may come is measured by how long the program itself sleeps.

mod clients;
mod pace;
mod server;
mod stretch;
mod time;

use crate::{Check, Suite};
use model::{Lab, Placeholder, Program, Wording};
use sandbox::Limits;
use session::Needs;

const PROGRAM: &str = "streaming-time-server";

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 2,
        slug: "streaming-time-server",
        title: "The streaming time server",
        reference: "reference-streaming-time-server",
        document: None,
        programs: &[Program {
            name: PROGRAM,
            arguments: &[
                Placeholder { name: "port", default: Some("2205") },
                Placeholder { name: "pause_ms", default: Some("1000") },
                Placeholder { name: "iterations", default: Some("15") },
            ],
        }],
    },
    checks: CHECKS,
    limits: Limits::USUAL,
    bank: None,
};

static WORDS: Wording = wording!("lab2-streaming-time-server");

const CHECKS: &[Check] = checks![
    WORDS;
    core("L2.1", 8, [PROGRAM], server::listens_everywhere),
    core("L2.2", 12, [PROGRAM], server::speaks_first),
    core("L2.3", 16, [PROGRAM], server::tells_the_time),
    core("L2.4", 18, [PROGRAM], server::keeps_the_pace),
    core("L2.5", 14, [PROGRAM], server::sends_so_many_lines),
    core("L2.6", 8, [PROGRAM], clients::ignores_what_clients_say),
    core("L2.7", 14, [PROGRAM], clients::one_at_a_time),
    core("L2.8", 10, [PROGRAM], clients::survives_clients_that_leave),
    stretch("L2.S1", [PROGRAM], stretch::ends_without_a_reset),
    stretch("L2.S2", [PROGRAM], stretch::gives_up_who_never_reads),
    stretch("L2.S3", [PROGRAM], stretch::does_not_drift, Needs::NETWORK),
];
