//! Lab 4, the presence application: a room in which everybody sees what anybody does, and its client.
//!
//! What the order of notifications means: the lines of one client take effect in the order in which it sent them, and
//! everybody sees their effects in that order. Of two clients that speak at once, neither having seen the other's line, either may
//! come first, for each viewer as it happens; that it is the same for all is a stretch clause.

mod client;
mod crowd;
mod history;
mod leaving;
mod pieces;
mod room;
mod server;
pub(crate) mod stretch;

use crate::{Check, Suite};
use model::{Clause, Lab, Placeholder, Program, Tier};
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
    // In L4.S3 two threads for each of a thousand clients, and a virtual machine's own beside them, three times over.
    limits: Limits { tasks: 8192, ..Limits::USUAL },
    bank: None,
};

const CHECKS: &[Check] = &[
    Check {
        clause: Clause {
            id: "L4.1",
            tier: Tier::Core,
            points: 5,
            program: SERVER,
            title: "A new client gets a welcome that names HELLO, SAY, WHO, BYE and KILL",
            lesson: "A protocol for people explains itself: whoever connects by telnet must learn what can be said \
                     here. And like any server this one must get its port back right after a restart.",
            hint: "What does your server write first, and does it end with an end of line that is flushed? If only the \
                   restart fails: look up SO_REUSEADDR.",
            method: "Connects, says nothing, and looks for the five words in what comes; then kills the server with the \
                     client connected and starts it again on the same port.",
            causes: &[
                "one of the commands is missing",
                "the welcome sits in a buffer that is not flushed",
                "the welcome is written only after the client's first line",
            ],
        },
        decide: server::welcomes,
    },
    Check {
        clause: Clause {
            id: "L4.2",
            tier: Tier::Core,
            points: 5,
            program: SERVER,
            title: "Someone has arrived... is what the clients get that are there already",
            lesson: "A connection is an event like any line. The thread that accepts it must reach all the others' \
                     sockets, and so must share what it knows of them.",
            hint: "Where does your program keep all its clients, and who may look there at the moment when a new one \
                   comes?",
            method: "More clients join, one by one; each that was there before must get the line exactly once.",
            causes: &[
                "other words or dots",
                "the line goes only to the newcomer, or to the first client",
                "the list of clients is not shared between threads",
            ],
        },
        decide: server::announces_arrivals,
    },
    Check {
        clause: Clause {
            id: "L4.3",
            tier: Tier::Core,
            points: 4,
            program: SERVER,
            title: "The welcome goes to the new client alone",
            lesson: "A message to one and a message to all are two different things, and a server that mixes them up \
                     tells everybody what concerns nobody.",
            hint: "Which of your functions sends to one client, and which to all? Which of them sends the welcome?",
            method: "One more client joins; the others may get the line about its arrival and nothing of the \
                     welcome.",
            causes: &["the welcome is broadcast"],
        },
        decide: server::welcomes_nobody_else,
    },
    Check {
        clause: Clause {
            id: "L4.4",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "HELLO <name>: <name> is in the room. goes to everyone, the sender too",
            lesson: "The name is the connection's state: it must be kept with the client, and read by whoever speaks of \
                     it later.",
            hint: "Split the line HELLO Ann Smith by hand: what is the name? And what is left of a bare HELLO?",
            method: "Three clients say HELLO, in upper, lower and mixed case, with a name, with two words and with none \
                     (An anonymous user), then with names of up to 100 bytes; each view must hold exactly that line.",
            causes: &[
                "the command is compared with its case",
                "the rest of the line is taken for the name",
                "the sender is left out",
                "HELLO without a name crashes",
                "a long name is cut",
            ],
        },
        decide: server::says_hello,
    },
    Check {
        clause: Clause {
            id: "L4.5",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "SAY <text>: everyone gets <name> says: <text>, the text unchanged",
            lesson: "What people say is data, not syntax. A server that splits it into words and joins them again has \
                     changed it.",
            hint: "How do you get from the line to the text? Follow two blanks in a row through that.",
            method: "Says texts with several blanks, letters outside ASCII and other commands' names in them, with \
                     either line end, a bare SAY (nothing...), and lines about as long as usual buffers, up to 8,192 bytes with \
                     their end; each view must hold exactly that line.",
            causes: &[
                "blanks are lost by splitting and joining",
                "the text is put into another case",
                "a carriage return is passed on",
                "SAY without a text is not answered with nothing...",
                "a long text is cut, or its end not found where a buffer ends",
            ],
        },
        decide: server::passes_on_what_is_said,
    },
    Check {
        clause: Clause {
            id: "L4.6",
            tier: Tier::Core,
            points: 7,
            program: SERVER,
            title: "WHO: the sender alone gets the list of all clients in order of arrival, then an empty line",
            lesson: "An answer of several lines needs an end that a reader can see. And a list has an order, which the \
                     container that it comes from must keep.",
            hint: "In which order does your container hand out its elements? Does the one who asks find himself in the \
                   list?",
            method: "Several named clients; two of them ask. The asker must get Currently connected users:, a line with \
                     \" - \" and a name for each, and an empty line; the others nothing.",
            causes: &[
                "the order is that of a hash table",
                "the empty line is missing",
                "the list goes to everybody",
                "the sender is left out",
            ],
        },
        decide: server::lists_who_is_there,
    },
    Check {
        clause: Clause {
            id: "L4.7",
            tier: Tier::Core,
            points: 4,
            program: SERVER,
            title: "Who has not said HELLO is An anonymous user",
            lesson: "A client without a name is a client all the same: it counts, it may speak, and it is listed.",
            hint: "What does your client's name hold before HELLO, and what is printed for that?",
            method: "Of three clients one has a name. WHO must list An anonymous user twice, and what such a client \
                     says must carry that name.",
            causes: &[
                "null, None or an empty name is shown",
                "clients without a name are left out of the list",
            ],
        },
        decide: server::lists_the_anonymous,
    },
    Check {
        clause: Clause {
            id: "L4.8",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "BYE: everyone is told, the connection is closed, the others are told again",
            lesson: "Leaving takes several steps, and their order is part of the protocol: tell, close, forget, tell. \
                     Who forgets too early does not tell the leaver; who forgets too late writes to a closed socket.",
            hint: "At which of these steps does the client leave your list? Who closes its socket, and which thread is \
                   reading from it then?",
            method: "All clients say BYE or bye, one after the other; the leaver must get <name> is about to leave the room. and \
                     the end of the connection, the others that line and <name> has left the room. Then the server must hold \
                     none of their sockets.",
            causes: &[
                "the connection stays open",
                "the leaver is left out of the first line, or gets the second",
                "the others get the second line twice, or never",
                "the connection is shut down, and the socket never closed",
            ],
        },
        decide: leaving::says_goodbye,
    },
    Check {
        clause: Clause {
            id: "L4.9",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "When a client just closes, or resets, <name> has left the room. goes to the others",
            lesson: "Most clients leave without a word. To the server that is an end of file or an error from a read, \
                     and it must lead to the same place as BYE.",
            hint: "List all the ways in which your loop over a client's lines can end. What happens after it, in each \
                   case?",
            method: "Clients close, reset or half-close their connections, one in the middle of the list and the last; after \
                     each the others must get exactly that line, and a half-close must be answered by a close. When all have \
                     left, the server must hold none of their sockets.",
            causes: &[
                "an error of the read ends the thread before the others are told",
                "a closed client stays in the list",
                "writing to a closed client ends the server, or skips the next client",
                "the socket of a client that ended only its sending side stays open",
            ],
        },
        decide: leaving::announces_who_just_goes,
    },
    Check {
        clause: Clause {
            id: "L4.10",
            tier: Tier::Core,
            points: 4,
            program: SERVER,
            title: "Anything else is answered, to the sender alone, with the list of commands that are understood",
            lesson: "A protocol must say what happens to a line that it does not know. Silence would leave the sender \
                     waiting.",
            hint: "Is HELLOO a HELLO to your server? Who gets the answer?",
            method: "Sends an unknown word, a known one with a letter too many, and one with a text behind it; the \
                     sender must get the line What? I only understand HELLO, SAY, WHO, BYE and KILL commands, the \
                     others nothing.",
            causes: &[
                "commands are recognised by how the line begins",
                "the answer goes to everybody",
                "other words",
            ],
        },
        decide: server::does_not_understand,
    },
    Check {
        clause: Clause {
            id: "L4.11",
            tier: Tier::Core,
            points: 6,
            program: SERVER,
            title: "KILL: the sender is told, all connections close, and the process ends",
            lesson: "Ending a server of many threads means to wake all that are blocked: in accept, and in a read for \
                     each client.",
            hint: "Which calls are your threads blocked in when KILL comes, and what makes each of them return?",
            method: "With three clients connected one of them says kill: it must get the line, every connection must end, and \
                     the process too, with any status.",
            causes: &[
                "only the sender's connection is closed",
                "the thread in accept goes on waiting",
                "the answer is lost since the process ends before it is sent",
            ],
        },
        decide: server::is_killed,
    },
    Check {
        clause: Clause {
            id: "L4.12",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "Commands that TCP cuts or glues are the same commands",
            lesson: "TCP carries bytes. Where one command ends only its newline tells: half of one may come today, and \
                     three of them in one read.",
            hint: "What does your program do with the bytes behind the first newline of a read, and what with those in \
                   front of it?",
            method: "What a whole line leads to is the measure: the line is sent again, cut at each position and byte \
                     by byte, each piece only after the last one was read; then three lines in one segment, and lines of three \
                     clients, half of each before the other halves.",
            causes: &[
                "one read is taken for one command",
                "what comes behind the first newline is thrown away",
                "all clients share one buffer",
            ],
        },
        decide: pieces::reads_commands_however_cut,
    },
    Check {
        clause: Clause {
            id: "L4.13",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "50 clients at once, and nobody's line is ever mixed into another's",
            lesson: "Two threads that write to one socket may interleave, and a long line may take several writes. What \
                     must stay together needs a lock, or one thread that writes it all.",
            hint: "Who may write to a given client's socket, and can two of them be at it at the same time? Is a line \
                   written in one piece?",
            method: "50 clients say two lines of 1 to 3 KB each, all at the same time; each must get all 100, whole, \
                     once, and in the order of each speaker.",
            causes: &[
                "a line is written in several pieces without a lock",
                "a fixed number of threads or places",
                "a short write is not continued",
                "a list that is changed while it is walked",
            ],
        },
        decide: server::serves_many_at_once,
    },
    Check {
        clause: Clause {
            id: "L4.14",
            tier: Tier::Core,
            points: 7,
            program: CLIENT,
            title: "The client says HELLO on connecting, prints each line as it arrives, and sends each line of its standard input",
            lesson: "A client has two sources of events, its server and its user, and cannot know which speaks next. A \
                     program that waits for one of them is deaf to the other.",
            hint: "Which call is your program blocked in, and what can wake it? If lines appear only at the end: is \
                   standard output a terminal or a pipe, and what does that change?",
            method: "Plays the server: expects HELLO with the name, of 100 bytes, then sends lines, cut and glued, each of which \
                     must be on standard output while the client goes on, also when half of the next has come with it; gives \
                     lines on standard input in between, two of them at once, and expects them as they are. Some of both are about as long as usual buffers, up to 8,192 bytes.",
            causes: &[
                "standard output is not flushed when it is a pipe",
                "reading the two sources in turns",
                "one read is taken for one line",
                "the prefix of a prompt is printed before a line",
                "a long line or a long name is cut",
                "select waits for input that a buffered reader has taken already",
            ],
        },
        decide: client::passes_lines_both_ways,
    },
    Check {
        clause: Clause {
            id: "L4.15",
            tier: Tier::Core,
            points: 5,
            program: CLIENT,
            title: "At the end of standard input, or on the line BYE, the client sends BYE, prints what still comes and exits with status 0",
            lesson: "The end of one direction is not the end of the other. What the server still has to say was on its \
                     way when the user left.",
            hint: "What does your program do between sending BYE and its end? Who decides when that is?",
            method: "Gives BYE and another line, Bye or the like and another line, and an end of file on standard input; expects BYE and \
                     nothing behind it, also of lines like `BYEBYE` before it that they are none. After the end of file it waits until \
                     the client does nothing more by itself. Then it sends one more line and closes, and expects exit status 0 and that line among what was printed.",
            causes: &[
                "the program exits as soon as it has sent BYE",
                "end of file is not noticed",
                "bye in lower or mixed case is not recognised",
                "any line in which bye stands, or that begins with it, is taken for it",
                "the program leaves after some time, although the server has not closed",
            ],
        },
        decide: client::leaves_politely,
    },
    Check {
        clause: Clause {
            id: "L4.16",
            tier: Tier::Core,
            points: 5,
            program: CLIENT,
            title: "When the server goes, or is not there, the client says so and exits with another status than 0, even while it waits for standard input",
            lesson: "A user who types into a dead connection must learn of it when it happens, not with the next line.",
            hint: "Which of your threads notices the end of the connection, and how does it end a program whose other \
                   thread is blocked in a read of standard input?",
            method: "Starts the client where nobody listens. Then closes, and in another run resets, the connection while standard input stays open; expects a \
                     message and the exit status.",
            causes: &[
                "the end is noticed only when the next line is typed",
                "the exit status is 0",
                "the thread that notices ends alone",
                "a stack trace",
            ],
        },
        decide: client::notices_that_the_server_is_gone,
    },
    Check {
        clause: Clause {
            id: "L4.S1",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "A client that stops reading neither freezes nor slows the room, and is dropped at a documented limit",
            lesson: "A write blocks when its reader does not read. If that happens to the thread that tells everybody, \
                     one stuck client silences all.",
            hint: "Which thread writes to whom, and what else waits while it does? How much may lie in store for one \
                   client?",
            method: "One of three clients stops reading while another talks, up to 32 MiB, some of which the kernel holds. The two must hear every line \
                     without a pause of the server, and in the end that the third has left.",
            causes: &[
                "a blocking write to each client in turn",
                "a time-out for such a write",
                "a queue without a limit",
            ],
        },
        decide: stretch::is_not_frozen_by_one,
    },
    Check {
        clause: Clause {
            id: "L4.S2",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "All clients see all notifications in the same order",
            lesson: "When each line is passed to the clients by its speaker's own thread, two lines may overtake each \
                     other on the way to different readers. A total order needs one place through which everything \
                     goes.",
            hint: "Two clients speak at the same moment: where in your program is it decided who was first, and is that \
                   decided once?",
            method: "Twelve clients say five lines each at the same time, ten times over; all views must be equal.",
            causes: &[
                "each client has a lock of its own, taken one after the other",
                "the sender's own line is written at once, the others' through a queue",
            ],
        },
        decide: stretch::has_one_order,
    },
    Check {
        clause: Clause {
            id: "L4.S3",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "1,000 clients are in the room at once",
            lesson: "What is fixed in size, or costs much for each client, shows with a thousand: arrays, select, \
                     stacks, descriptors.",
            hint: "What does one more client cost your server? Is there a number in your program, or in a call that it \
                   uses, that is smaller than 1,000?",
            method: "1,000 clients join, the first and the last of them speak and are heard by all, and WHO lists \
                     1,000. The server may have 4,096 files open.",
            causes: &[
                "select, which ends at 1,024 descriptors",
                "an array or a pool of fixed size",
                "several descriptors for each client",
            ],
        },
        decide: stretch::takes_a_thousand,
    },
    Check {
        clause: Clause {
            id: "L4.S4",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "A line that never ends is cut off at a documented limit, and the room goes on",
            lesson: "Every buffer that a stranger can fill needs a limit.",
            hint: "How much will your program keep of a line whose end has not come?",
            method: "Sends up to 17 MiB without a newline; the server must close that connection before, and the others \
                     must be told that it has left, and still hear each other.",
            causes: &["the line grows without bound", "the limit ends the server"],
        },
        decide: stretch::cuts_off_an_endless_line,
    },
    Check {
        clause: Clause {
            id: "L4.S5",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "Control characters in a name or a text cannot forge a line or steer a terminal",
            lesson: "What one stranger sends another's terminal obeys: an escape sequence can clear it, a carriage \
                     return can overwrite who said what.",
            hint: "Which characters of a text does a terminal not show but obey? At which single place could your \
                   server take them out?",
            method: "Says names and texts with carriage returns, escape sequences, bells and the controls of Latin 1 in \
                     them; no control character may come out, in what all get or in WHO. What stands in their place is free. Then sends bytes that are \
                     no text, and speaks again.",
            causes: &[
                "only the line's own end is taken off",
                "only ASCII controls, or only texts and not names, are looked at",
            ],
        },
        decide: stretch::defuses_control_characters,
    },
    Check {
        clause: Clause {
            id: "L4.S6",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "After KILL the exit status is 0",
            lesson: "An exit status is an answer to whoever started the program. One that was asked to end, and did, \
                     has succeeded.",
            hint: "How does your program end after KILL: by returning from main, by a call, or by an error in another \
                   thread?",
            method: "A client says KILL; the process must end with status 0.",
            causes: &[
                "a thread ends with an error because its socket was closed",
                "the program kills itself by a signal",
            ],
        },
        decide: server::is_killed_well,
    },
    Check {
        clause: Clause {
            id: "L4.S7",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "In 2,000 random steps of up to 100 clients each client sees what a model of the room predicts",
            lesson: "Examples show that a program can work. Mistakes that need a certain sequence of events are found \
                     by many sequences, and understood in the shortest of them.",
            hint: "Play the shortest history of the report by hand, with a terminal for each client.",
            method: "Clients join, take names, talk, ask, leave, reset and talk nonsense at random, some of it at the \
                     same time; every view is compared with the model's. A history that fails is cut down to the \
                     shortest that still fails; its seed repeats it.",
            causes: &[
                "what a client leaves behind is found by the next in its place",
                "names that are equal are taken for one client",
                "a client that leaves hides a line from another",
            ],
        },
        decide: history::agrees_with_the_model,
    },
];
