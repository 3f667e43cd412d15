//! Lab 4, the presence application: a room in which everybody sees what anybody does, and its client.
//!
//! The order of notifications: the lines of one client take effect in the order in which it sent them, and everybody sees their effects in
//! that order. If two clients speak at once and neither has seen the other's line, either may come first, for each viewer separately. That
//! the order is the same for all is a stretch clause.

mod client;
mod crowd;
mod history;
mod leaving;
mod pieces;
mod room;
mod server;
mod stretch;

use crate::{Check, Suite};
use model::{Lab, Placeholder, Program, Wording};
use sandbox::Limits;

const SERVER: &str = crowd::SERVER;
const CLIENT: &str = "presence-client";
const PORT: Placeholder = Placeholder { name: "port", default: Some("9907") };

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 4,
        slug: "presence",
        title: "The presence application",
        reference: "reference-presence",
        document: None,
        programs: &[
            Program { name: SERVER, arguments: &[PORT] },
            Program {
                name: CLIENT,
                arguments: &[
                    Placeholder { name: "host", default: Some("localhost") },
                    PORT,
                    Placeholder { name: "name", default: None },
                ],
            },
        ],
    },
    checks: CHECKS,
    // L4.S3: two threads for each of a thousand clients and a virtual machine's own threads, with a factor of about three.
    limits: Limits { tasks: 8192, ..Limits::USUAL },
    bank: None,
};

static WORDS: Wording = wording!("lab4-presence");

const CHECKS: &[Check] = checks![
    WORDS;
    core("L4.1", 5, [SERVER], server::welcomes),
    core("L4.2", 5, [SERVER], server::announces_arrivals),
    core("L4.3", 4, [SERVER], server::welcomes_nobody_else),
    core("L4.4", 8, [SERVER], server::says_hello),
    core("L4.5", 8, [SERVER], server::passes_on_what_is_said),
    core("L4.6", 7, [SERVER], server::lists_who_is_there),
    core("L4.7", 4, [SERVER], server::lists_the_anonymous),
    core("L4.8", 8, [SERVER], leaving::says_goodbye),
    core("L4.9", 8, [SERVER], leaving::announces_who_just_goes),
    core("L4.10", 4, [SERVER], server::does_not_understand),
    core("L4.11", 6, [SERVER], server::is_killed),
    core("L4.12", 8, [SERVER], pieces::reads_commands_however_cut),
    core("L4.13", 8, [SERVER], server::serves_many_at_once),
    core("L4.14", 7, [CLIENT], client::passes_lines_both_ways),
    core("L4.15", 5, [CLIENT], client::leaves_politely),
    core("L4.16", 5, [CLIENT], client::notices_that_the_server_is_gone),
    stretch("L4.S1", [SERVER], stretch::is_not_frozen_by_one),
    stretch("L4.S2", [SERVER], stretch::has_one_order),
    stretch("L4.S3", [SERVER], stretch::takes_a_thousand, stretch::ROOM_FOR_A_THOUSAND),
    stretch("L4.S4", [SERVER], stretch::cuts_off_an_endless_line),
    stretch("L4.S5", [SERVER], stretch::defuses_control_characters),
    stretch("L4.S6", [SERVER], server::is_killed_well),
    stretch("L4.S7", [SERVER], history::agrees_with_the_model),
];
