//! Lab 6, messages on a stream of bytes: a server that answers each message with its length, and a client that prints each message. Both
//! know two framings, which are variants of one program (`kit::variants`): each clause is decided for both.

mod answers;
mod burdens;
mod client;
mod cutting;
mod leaving;
mod server;

use crate::kit::variants::Variants;
use crate::{Check, Suite};
use model::{Lab, Placeholder, Program, Step, Wording};
use sandbox::Limits;
use session::{Needs, Session};
use wire::Framing;

const SERVER: &str = "framed-server";
const CLIENT: &str = "framed-client";
const MEBIBYTE: usize = 1 << 20;

/// The longest message that both programs must take.
const LONG: usize = 16 * MEBIBYTE;

const FRAMINGS: Variants<Framing> =
    Variants { argument: "framing", all: &[("lines", Framing::Lines), ("length", Framing::Length)] };

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 6,
        slug: "messages",
        title: "Messages on a stream of bytes",
        reference: "reference-messages",
        document: None,
        programs: &[
            Program { name: SERVER, arguments: &[PORT, FRAMING] },
            Program {
                name: CLIENT,
                arguments: &[Placeholder { name: "host", default: Some("localhost") }, PORT, FRAMING],
            },
        ],
    },
    checks: CHECKS,
    // Enough too for what a message of 16 MiB costs that is put together from short pieces, on a virtual machine with a large heap, and
    // for a hundred clients with two threads each.
    limits: Limits::USUAL,
    bank: None,
};

const PORT: Placeholder = Placeholder { name: "port", default: Some("6006") };
const FRAMING: Placeholder = Placeholder { name: FRAMINGS.argument, default: Some("lines") };

/// Starts the server for a framing.
fn serve(session: &mut Session, framing: Framing) -> Step<session::Program> {
    session.serve_with(SERVER, &[FRAMINGS.value(framing)])
}

static WORDS: Wording = wording!("lab6-messages");

const CHECKS: &[Check] = checks![
    WORDS;
    core("L6.1", 12, [SERVER], |session| FRAMINGS.each(session, server::answers_one)),
    core("L6.2", 10, [SERVER], |session| FRAMINGS.each(session, server::answers_many_together)),
    core("L6.3", 16, [SERVER], |session| FRAMINGS.each(session, cutting::answers_however_cut)),
    core("L6.4", 8, [SERVER], |session| FRAMINGS.each(session, server::answers_empty_ones)),
    core("L6.5", 8, [SERVER], |session| FRAMINGS.each(session, server::counts_bytes)),
    core("L6.6", 10, [SERVER], |session| FRAMINGS.each(session, server::keeps_clients_apart)),
    core("L6.7", 10, [SERVER], |session| FRAMINGS.each(session, leaving::survives_clients_that_leave)),
    stretch("L6.S1", [SERVER], |session| FRAMINGS.each(session, burdens::takes_a_long_one)),
    stretch("L6.S2", [SERVER], |session| FRAMINGS.each(session, burdens::refuses_what_is_too_long)),
    stretch("L6.S3", [SERVER], |session| FRAMINGS.each(session, burdens::is_not_held_up_by_slow_ones)),
    stretch("L6.S4", [SERVER], |session| FRAMINGS.each(session, burdens::keeps_no_flood), Needs::NETWORK),
    core("L6.8", 12, [CLIENT], |session| FRAMINGS.each(session, client::prints_each_message)),
    core("L6.9", 8, [CLIENT], |session| FRAMINGS.each(session, client::tells_where_the_server_stops)),
    core("L6.10", 6, [CLIENT], |session| FRAMINGS.each(session, client::tells_of_lost_connections)),
    stretch("L6.S5", [CLIENT], |session| FRAMINGS.each(session, client::prints_a_long_one)),
    stretch("L6.S6", [CLIENT], client::refuses_what_is_too_long),
];
