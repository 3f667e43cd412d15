//! Lab 1, the dumb HTTP client: it connects, says that it does not speak HTTP, and prints what comes back.

mod client;
mod http;

use crate::{Check, Suite};
use model::{Lab, Placeholder, Program, Wording};
use sandbox::Limits;
use session::Needs;

const CLIENT: &str = "dumb-http-client";

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 1,
        slug: "dumb-http-client",
        title: "The dumb HTTP client",
        reference: "reference-dumb-http-client",
        document: None,
        // The defaults name a host on the Internet, which no check contacts: a command must take both values.
        programs: &[Program {
            name: CLIENT,
            arguments: &[
                Placeholder { name: "host", default: None },
                Placeholder { name: "port", default: None },
            ],
        }],
    },
    checks: CHECKS,
    limits: Limits::USUAL,
    bank: None,
};

static WORDS: Wording = wording!("lab1-dumb-http-client");

const CHECKS: &[Check] = checks![
    WORDS;
    core("L1.1", 10, [CLIENT], client::connects),
    core("L1.2", 15, [CLIENT], client::sends_its_words),
    core("L1.3", 20, [CLIENT], client::reads_to_the_end),
    core("L1.4", 20, [CLIENT], client::prints_every_byte),
    core("L1.5", 10, [CLIENT], client::exits_with_success),
    core("L1.6", 10, [CLIENT], client::meets_a_real_server),
    core("L1.7", 15, [CLIENT], client::tells_that_it_was_refused),
    stretch("L1.S1", [CLIENT], client::tells_that_the_connection_was_lost),
    stretch("L1.S2", [CLIENT], client::tells_that_the_host_is_unknown, Needs::NETWORK),
    stretch("L1.S3", [CLIENT], client::tries_each_address, Needs::NETWORK),
    stretch("L1.S4", [CLIENT], client::needs_little_memory),
];
