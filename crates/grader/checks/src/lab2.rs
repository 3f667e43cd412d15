//! Lab 2, the streaming time server: one client at a time, one line after each pause. Time is its subject, and still no
//! clock decides here against a program that was held up: a pause is seen in the sleep that a thread has asked for, lines
//! may not come earlier than their pauses allow, and how late they may come is counted in what the program itself sleeps.

mod clients;
mod pace;
mod server;
mod stretch;
mod time;

use crate::{Check, Suite};
use model::{Clause, Lab, Placeholder, Program, Tier};
use sandbox::Limits;

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

const CHECKS: &[Check] = &[
    Check {
        clause: Clause {
            id: "L2.1",
            tier: Tier::Core,
            points: 8,
            program: PROGRAM,
            title: "The server listens on its port, on every interface",
            lesson: "An address that a socket is bound to decides from where it can be reached: 127.0.0.1 from this machine alone, \
                     the unspecified address (0.0.0.0 or ::) over every interface. The port must be had again right after a \
                     restart, although connections of the server's former life still linger.",
            hint: "Which address do you give to the call that binds, and what does it stand for? If only the restart fails: \
                   look up SO_REUSEADDR.",
            method: "Waits until the kernel shows a listening socket on the port, asks it whether that takes connections to another \
                     address of the machine, then kills the server with a client connected and starts it again on the same port.",
            causes: &[
                "the socket is bound to 127.0.0.1 or localhost",
                "the port argument is ignored and a number is built in",
                "the address is still in use after a restart because SO_REUSEADDR is not set",
            ],
        },
        decide: server::listens_everywhere,
    },
    Check {
        clause: Clause {
            id: "L2.2",
            tier: Tier::Core,
            points: 12,
            program: PROGRAM,
            title: "The first line comes at once, without a word from the client",
            lesson: "Who speaks first is part of a protocol, and so is when. What a program has written is not on its way before the \
                     buffers between it and the socket have been flushed.",
            hint: "List what your program does between accept and the first byte on the wire. Does any of it wait?",
            method: "Starts the server with a pause of a minute and connects. The line must be there before the kernel shows that \
                     the server sleeps, or waits for its client.",
            causes: &[
                "the pause comes before the line instead of after it",
                "the line sits in a buffer that is not flushed",
                "the server reads a request first",
            ],
        },
        decide: server::speaks_first,
    },
    Check {
        clause: Clause {
            id: "L2.3",
            tier: Tier::Core,
            points: 16,
            program: PROGRAM,
            title: "Each line is {'time' : '<t>'} with the present date and time",
            lesson: "The reader of a protocol is a program. To it one space, another kind of quotation mark or a time without its \
                     zone is a different message.",
            hint: "Lay your line beside the handout's, character by character, its end included. Then: at which moment does your \
                   program ask for the time?",
            method: "Reads three lines, 700 ms apart. Each must have the form, with a time as in RFC 3339, RFC 2822 or Java's Date, \
                     within 2 s of the checker's clock, and the third must tell a later one than the first.",
            causes: &[
                "double quotation marks, or none of the spaces around the colon",
                "\\r\\n or nothing at the end of the line",
                "a local time without its offset, or labelled as UTC",
                "the time is asked for once and repeated",
            ],
        },
        decide: server::tells_the_time,
    },
    Check {
        clause: Clause {
            id: "L2.4",
            tier: Tier::Core,
            points: 18,
            program: PROGRAM,
            title: "One line for each pause, and each is sent when it is written",
            lesson: "A stream is read while it is being written. Buffers make few large writes of many small ones, which is what a \
                     file wants; a client that waits for the next line wants it now.",
            hint: "Watch your server with nc: do the lines come one by one? If not, who holds them? And in which unit does your \
                   sleep count?",
            method: "After the first line of a server with a pause of a minute nothing else may come. Then four lines, 100 ms apart: \
                     none may come before its pauses are over, nor after a sleep of more than a pause and a half, and each must come in a \
                     segment of its own. What comes late or together is tried again with longer pauses. A server with its pause \
                     built in is only asked for these four lines.",
            causes: &[
                "lines are collected in a buffer and flushed at the end",
                "the pause is in seconds, or built in",
                "all lines are sent at once",
            ],
        },
        decide: server::keeps_the_pace,
    },
    Check {
        clause: Clause {
            id: "L2.5",
            tier: Tier::Core,
            points: 14,
            program: PROGRAM,
            title: "After exactly as many lines as asked for the server closes the connection",
            lesson: "This protocol has no other sign that it is over than the end of the stream. A client that reads to the end \
                     waits for ever if the server keeps the connection open.",
            hint: "Count on paper how often your loop turns for 1 iteration. What becomes of the client's socket after the loop?",
            method: "Asks for a random number of lines with a pause of 1 ms and reads to the end of the stream.",
            causes: &[
                "one line too many, or too few",
                "the connection is never closed",
                "the iterations argument is ignored",
            ],
        },
        decide: server::sends_so_many_lines,
    },
    Check {
        clause: Clause {
            id: "L2.6",
            tier: Tier::Core,
            points: 8,
            program: PROGRAM,
            title: "What the client sends changes nothing",
            lesson: "The two directions of a connection are independent of each other. A server that only writes need not look at \
                     what comes in, and must not be moved by it.",
            hint: "Does your program read from the client anywhere, or wait for input with a time-out in place of a sleep?",
            method: "Sends requests and commands while the server is in a long pause, which must go on. Where the pause is built in, \
                     the client speaks after it has seen a pause, and no later line may come before as many pauses are over. Then \
                     compares how many lines a client gets that speaks, and one that is silent.",
            causes: &[
                "the server echoes or obeys what it reads",
                "input ends the pause early",
                "input, or input that is no text, ends the conversation",
            ],
        },
        decide: clients::ignores_what_clients_say,
    },
    Check {
        clause: Clause {
            id: "L2.7",
            tier: Tier::Core,
            points: 14,
            program: PROGRAM,
            title: "One client at a time: a second one waits in the accept queue, then gets its own full set",
            lesson: "A single thread that sleeps between two lines cannot accept. The kernel completes the second client's handshake \
                     by itself and keeps the connection in the accept queue until the server asks for it.",
            hint: "Which thread calls accept in your program, and what else does it do? Which variables outlive a client?",
            method: "While the server is in a pause of its first client a second one connects: it must get nothing, and the kernel \
                     must show it in the accept queue. Then two clients at once read to their ends: both get as many lines, and the \
                     first gets none after the second has got one.",
            causes: &[
                "each client gets a thread, a process or a task of its own",
                "the count of lines goes on from one client to the next",
                "the server ends after its first client",
            ],
        },
        decide: clients::one_at_a_time,
    },
    Check {
        clause: Clause {
            id: "L2.8",
            tier: Tier::Core,
            points: 10,
            program: PROGRAM,
            title: "A client that leaves early, cleanly or by a reset, does not stop the server",
            lesson: "A server learns that its client has gone from a write that fails, and only from a later one than the first. That \
                     is the end of one conversation, not of the server.",
            hint: "What does your write return, throw or raise when the client has gone? Where does that lead? In C: what does the \
                   signal SIGPIPE do by default?",
            method: "Clients close or reset after the first line, and while the kernel shows them in the accept queue; the next client \
                     must get a line. Where the lines were over before the client left, it is tried again with a longer pause.",
            causes: &[
                "an error of one write ends the program",
                "SIGPIPE kills the program",
                "an error of one connection closes the listening socket",
            ],
        },
        decide: clients::survives_clients_that_leave,
    },
    Check {
        clause: Clause {
            id: "L2.S1",
            tier: Tier::Stretch,
            points: 0,
            program: PROGRAM,
            title: "The last lines arrive whole although the client has sent what nobody reads",
            lesson: "A socket that is closed with unread bytes in its receive queue does not end its stream: the kernel resets the \
                     connection, and a reset may destroy what is still on its way to the client.",
            hint: "What lies in your socket's receive queue at the end, and how could you empty it without waiting for the client?",
            method: "A client sends 40 KB, which arrive before the server closes the connection, and reads its lines: after the last it \
                     must see end of file, not a reset.",
            causes: &["the connection is closed with bytes unread"],
        },
        decide: stretch::ends_without_a_reset,
    },
    Check {
        clause: Clause {
            id: "L2.S2",
            tier: Tier::Stretch,
            points: 0,
            program: PROGRAM,
            title: "A client that never reads does not hold the server for ever",
            lesson: "A write only hands bytes to the kernel, until the buffers on both sides are full. From then on it waits for the \
                     peer to read, and a peer may never do that.",
            hint: "Which of your calls can wait for a client, and how long may each of them?",
            method: "A client with small buffers is to get more lines than they hold, without a pause, and never reads. The next client must get its \
                     first line before the server has waited for 10 s in a write, or in two when the kernel takes a part of a line first. A \
                     server that has few lines built in has to get to its end.",
            causes: &["a write without a time limit", "a limit of more than 10 s"],
        },
        decide: stretch::gives_up_who_never_reads,
    },
    Check {
        clause: Clause {
            id: "L2.S3",
            tier: Tier::Stretch,
            points: 0,
            program: PROGRAM,
            title: "Times never go backwards, and time spent in writing is not added to the pause",
            lesson: "A loop of work and sleep takes the time of both, so it falls behind a little with each turn, and much when a write \
                     has to wait. Who keeps a schedule sleeps only until the next line is due.",
            hint: "When is line number k due, counted from the first? How long would you have to sleep for that, if it is late already?",
            method: "The first line must come by itself, not with those after it. Then the client does not read until the kernel shows \
                     that a write is blocked, lets more than a pause go by, and reads: the line after the one that was held up must come \
                     before the server sleeps again. Over all lines the times must not fall. Where a server has few lines built in, no \
                     write is ever blocked, and only the times are looked at.",
            causes: &[
                "a full pause after each write, however long that took",
                "lines are collected in a buffer, so that they are late whatever the pauses are",
                "a clock that can be set back, or the wrong one",
            ],
        },
        decide: stretch::does_not_drift,
    },
];
