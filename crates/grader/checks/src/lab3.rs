//! Lab 3, Echo: a sequential server, its client, the server with a thread for each client, and a listening
//! socket with a short queue.

mod client;
mod leaving;
mod lines;
mod listener;
mod server;
mod threaded;

use crate::{Check, Suite};
use model::{Clause, Lab, Placeholder, Program, Step, Tier};
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

/// Decides by a server that has just been started.
fn served(session: &mut Session, decide: fn(&mut Session, &mut session::Program) -> Step) -> Step {
    let mut server = session.serve(SERVER)?;
    decide(session, &mut server)
}

const CHECKS: &[Check] = &[
    Check {
        clause: Clause {
            id: "L3.1",
            tier: Tier::Core,
            points: 4,
            program: SERVER,
            title: "The server listens on the given port",
            lesson: "A server is reachable only once it has bound a socket to its port and put it into listening mode. \
                     It must also get its port back right after a restart, although connections of its former life still linger.",
            hint: "Which calls stand between creating a socket and accepting from it, and which number do you give to the \
                   one that binds? If only the restart fails: look up SO_REUSEADDR.",
            method: "Starts the server and waits until the kernel shows a listening socket that takes IPv4 connections to the port; then \
                     kills it with a client connected and starts it again on the same port.",
            causes: &[
                "the port argument is ignored and a number is built in",
                "the socket is one for IPv6 alone",
                "the program ends, or waits for something else, before it listens",
                "the address is still in use after a restart because SO_REUSEADDR is not set",
            ],
        },
        decide: |session| server::listens(session, SERVER),
    },
    Check {
        clause: Clause {
            id: "L3.2",
            tier: Tier::Core,
            points: 6,
            program: SERVER,
            title: "A client that has said nothing gets exactly HELLO and a newline",
            lesson: "A protocol says who speaks first. Here it is the server: a client may wait for the greeting before it says \
                     anything, and if the server waits too, both wait for ever.",
            hint: "Compare the bytes one by one, the end of the line included, and ask when they really leave the program.",
            method: "Connects, sends nothing, expects the six bytes, then shows that nothing else comes. The server may close when it \
                     loses its patience.",
            causes: &[
                "the greeting sits in a buffer that is never flushed",
                "the newline is missing, or is \\r\\n",
                "the server reads before it greets",
            ],
        },
        decide: |session| served(session, server::greets),
    },
    Check {
        clause: Clause {
            id: "L3.3",
            tier: Tier::Core,
            points: 8,
            program: SERVER,
            title: "One line is answered with that line in upper case and a newline, then the connection is closed",
            lesson: "The close is part of the answer: it tells the client that nothing more will come. A client that reads to the \
                     end of the stream hangs if the server forgets it.",
            hint: "What does the line hold at its end when a telnet client sends it? And which value's life decides when your \
                   connection is closed?",
            method: "Sends random lines, each length with \\n and with \\r\\n: short ones, and such as just fit into a buffer of 32, 128, 1024, \
                     4096 or 8192 bytes or just do not; expects the answer and the end of file.",
            causes: &[
                "a line that is longer than a buffer is cut off",
                "the connection is never closed",
                "the answer keeps the carriage return of a line that ended with \\r\\n",
                "the answer is in lower case, lacks its newline or is not flushed",
            ],
        },
        decide: |session| served(session, lines::answers_in_upper_case),
    },
    Check {
        clause: Clause {
            id: "L3.4",
            tier: Tier::Core,
            points: 10,
            program: SERVER,
            title: "The server waits for the end of the line, however TCP cuts it",
            lesson: "TCP carries a stream of bytes, not messages: what one write sends may arrive in several reads. A program that \
                     takes one read for one line works on the developer's machine and fails in the field.",
            hint: "One read gives what has arrived so far. What tells you that the line is complete, and what do you do until then?",
            method: "Sends a line cut in two at each position, one byte at a time, and a long one cut at many places. Each piece follows only \
                     when the kernel shows that the last was read and the server waits again; until the newline nothing may come back, \
                     however long the rest of a line stays away.",
            causes: &[
                "the line is taken for whole when some number of bytes has come, or when none come for a while",
                "the result of a single read is taken for the whole line",
                "each piece is answered as it comes",
            ],
        },
        decide: |session| served(session, lines::waits_for_the_end_of_the_line),
    },
    Check {
        clause: Clause {
            id: "L3.5",
            tier: Tier::Core,
            points: 5,
            program: SERVER,
            title: "Bytes after the first line are not answered",
            lesson: "Two lines may well arrive in one read. What lies behind the first newline is not part of the first line.",
            hint: "Where in the buffer does your line end, and what do you do with the rest?",
            method: "Sends two lines in one segment, and one with the beginning of another; expects the first one's answer and nothing more.",
            causes: &["the whole buffer is answered", "the server goes on reading lines after the first"],
        },
        decide: |session| served(session, server::answers_one_line_only),
    },
    Check {
        clause: Clause {
            id: "L3.6",
            tier: Tier::Core,
            points: 5,
            program: SERVER,
            title: "The server serves the next client, and the next",
            lesson: "Accepting is a loop. The listening socket outlives each connection that it hands out.",
            hint: "What does your program do after it has closed the first client's connection?",
            method: "Six clients, one after the other, each with a conversation of its own; when they have gone, the server must not hold \
                     their sockets any more.",
            causes: &[
                "connections are shut down, or left, but never closed, until no descriptor is left",
                "the program ends after one client",
                "the listening socket is closed with the first connection",
            ],
        },
        decide: |session| served(session, leaving::serves_the_next),
    },
    Check {
        clause: Clause {
            id: "L3.7",
            tier: Tier::Core,
            points: 6,
            program: SERVER,
            title: "One client at a time: while one is being served, another waits",
            lesson: "A single thread in a blocking read cannot accept. The kernel still completes the second client's handshake and \
                     keeps it in the accept queue, bytes and all, until the server gets there.",
            hint: "This server has one thread. Who may call accept while it serves somebody?",
            method: "A second client connects and sends its line while the first is silent. It must get nothing until the first is \
                     done, or the server has lost its patience with it and closed, then the greeting and its answer.",
            causes: &[
                "each client gets a thread, a process or a task of its own",
                "the second client's early line is lost",
            ],
        },
        decide: |session| server::one_at_a_time(session, SERVER),
    },
    Check {
        clause: Clause {
            id: "L3.8",
            tier: Tier::Core,
            points: 4,
            program: SERVER,
            title: "An empty line is answered with an empty line",
            lesson: "An empty line is a line. Only end of file means that nothing more comes, and most languages tell the two apart.",
            hint: "What does your read function return for a line with no characters, and what at the end of the stream?",
            method: "Sends a bare newline, and a bare \\r\\n; expects a newline.",
            causes: &["an empty line is taken for the end of the stream", "empty lines are skipped"],
        },
        decide: |session| served(session, server::answers_an_empty_line),
    },
    Check {
        clause: Clause {
            id: "L3.9",
            tier: Tier::Core,
            points: 6,
            program: SERVER,
            title: "A client that closes without a line does not stop the server",
            lesson: "Clients crash, lose their network and change their minds. To a server each of these is an ordinary way for a \
                     conversation to end, never a reason to end itself.",
            hint: "What do your read and write calls return when the peer has closed, and when it has reset? Where does that lead in your code?",
            method: "Clients close, half-close, or reset, before their turn comes, after the greeting, or in mid-line; after each the next client \
                     must be served. Of those that closed or half-closed the server must not hold the sockets in the end.",
            causes: &[
                "the connection is not closed where end of file comes instead of a line",
                "an error on one connection ends the program",
                "end of file is not noticed, and the loop turns for ever",
            ],
        },
        decide: |session| served(session, leaving::survives_clients_that_leave),
    },
    Check {
        clause: Clause {
            id: "L3.S1",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "Letters outside ASCII are put into upper case too, even when TCP cuts a character in two",
            lesson: "A character may take several bytes, and TCP cuts between any two. Upper case is a matter of characters, so bytes \
                     must be gathered to a whole line before they are decoded.",
            hint: "At which moment do bytes become text in your program, and could that moment fall in the middle of an é?",
            method: "Sends a line of accented letters and ß (which becomes SS), then a short one cut at each byte.",
            causes: &["only ASCII letters are changed", "each read is decoded by itself"],
        },
        decide: server::knows_other_letters,
    },
    Check {
        clause: Clause {
            id: "L3.S2",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "A line of 1 MiB is answered in full",
            lesson: "A line is as long as it is, not as long as a buffer. And one write may take only part of what it is given.",
            hint: "Follow a line that is longer than your buffer through reading, and through writing.",
            method: "Sends a line of 1 MiB and compares the whole answer.",
            causes: &["a buffer of fixed size", "a short write is not continued"],
        },
        decide: server::takes_a_long_line,
    },
    Check {
        clause: Clause {
            id: "L3.S3",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "Bytes that are not valid UTF-8 do not stop the server",
            lesson: "What comes from the network is bytes that a stranger chose. Turning them into text can fail, and that is a case \
                     to be handled, not an accident.",
            hint: "What does your conversion from bytes to text do with a byte that begins no character?",
            method: "Sends lines of invalid UTF-8; any answer is accepted, but the conversation must end and the next client be served.",
            causes: &[
                "the conversion to text panics or throws",
                "the error ends the program instead of the conversation",
            ],
        },
        decide: server::survives_invalid_text,
    },
    Check {
        clause: Clause {
            id: "L3.S4",
            tier: Tier::Stretch,
            points: 0,
            program: SERVER,
            title: "A line that never ends is cut off at a documented limit",
            lesson: "A server that collects a line without bound gives its memory to whoever asks for it. Every buffer that a peer can \
                     fill needs a limit.",
            hint: "How much will your program keep for a client that never sends a newline?",
            method: "Sends 1 MiB without a newline, which the server must take, and then 32 MiB more; the server must close the connection \
                     meanwhile, before it has worked on them for 10 s of processor time, and serve the next client.",
            causes: &[
                "the line grows without bound",
                "the limit is less than 1 MiB",
                "a line ends where a buffer does",
            ],
        },
        decide: server::cuts_off_an_endless_line,
    },
    Check {
        clause: Clause {
            id: "L3.10",
            tier: Tier::Core,
            points: 5,
            program: CLIENT,
            title: "The client sends exactly its test line, once",
            lesson: "A protocol is exact: a missing newline leaves the server waiting for the rest of the line, a surplus byte belongs \
                     to the next message.",
            hint: "Read the exercise's text letter by letter, and ask what ends a line.",
            method: "Greets the client as its server and compares all that it sends.",
            causes: &[
                "the newline is missing, or is \\r\\n",
                "the line is sent again",
                "the greeting is never waited for, or never comes out of a buffer",
            ],
        },
        decide: client::sends_one_line,
    },
    Check {
        clause: Clause {
            id: "L3.11",
            tier: Tier::Core,
            points: 6,
            program: CLIENT,
            title: "The client accepts the greeting and the right answer, however they are cut, says so, and exits with status 0",
            lesson: "Clients read from a stream as servers do: greeting and answer may come in one read, or in twenty.",
            hint: "Where does the greeting end in what you have read, and what do you do with bytes that came with it?",
            method: "Answers rightly five times: in two segments, in one, byte by byte, and cut at random places in the greeting and in the answer.",
            causes: &[
                "one read is taken for the greeting and one for the answer",
                "bytes that were read along with the greeting are thrown away",
                "success is not told, or the exit status is not 0",
            ],
        },
        decide: client::accepts_the_answer,
    },
    Check {
        clause: Clause {
            id: "L3.12",
            tier: Tier::Core,
            points: 6,
            program: CLIENT,
            title: "Any other answer is rejected: the client says what it expected and what came, and exits with another status",
            lesson: "A test that cannot fail tests nothing. And whoever reads its message wants to see both sides of the comparison.",
            hint: "Which parts of the conversation does your comparison leave out: the greeting, the end, the letters' case?",
            method: "Answers wrongly in ten ways: other case, one character more, another one, cut short, nothing, other greetings, no greeting.",
            causes: &[
                "only a prefix is compared",
                "the greeting is not checked",
                "a short answer passes",
                "the message does not show what came",
            ],
        },
        decide: client::rejects_other_answers,
    },
    Check {
        clause: Clause {
            id: "L3.13",
            tier: Tier::Core,
            points: 5,
            program: CLIENT,
            title: "When the connection is refused or reset, the client says so and exits with another status than 0",
            lesson: "The network fails, and the user wants to know in words what failed. A stack trace is a message to the programmer.",
            hint: "Which of your calls can fail, and what does the user see of each?",
            method: "Sends the client to a port where nobody listens, then resets its connection before and after the greeting.",
            causes: &[
                "unwrap, or an exception that nobody catches",
                "an error that is swallowed",
                "exit status 0",
            ],
        },
        decide: client::tells_of_lost_connections,
    },
    Check {
        clause: Clause {
            id: "L3.S5",
            tier: Tier::Stretch,
            points: 0,
            program: CLIENT,
            title: "When the server never answers, the client says so and gives up after the given time-out",
            lesson: "A blocking read waits as long as the peer is silent, which can be for ever. Only a time-out gives control back.",
            hint: "Which option of a socket, or which call before the read, bounds the wait?",
            method: "Accepts and stays silent, before and after the greeting. The client must end by itself, and not before its time-out.",
            causes: &[
                "no time-out is set",
                "the time-out argument is ignored",
                "the time-out ends in a crash",
            ],
        },
        decide: client::gives_up_in_time,
    },
    Check {
        clause: Clause {
            id: "L3.14",
            tier: Tier::Core,
            points: 6,
            program: THREADED,
            title: "The threaded server speaks the same protocol: L3.2 to L3.6, L3.8 and L3.9 hold",
            lesson: "Concurrency is a property of the server, not of the protocol: a single client cannot tell the two servers apart.",
            hint: "Which of the named clauses fails? `cargo xtask explain` tells what it is about.",
            method: "Runs the checks of those clauses against the threaded server.",
            causes: &[
                "the code was copied from the first server and then changed in one place only",
                "a thread that panics takes the program with it",
            ],
        },
        decide: threaded::speaks_the_protocol,
    },
    Check {
        clause: Clause {
            id: "L3.15",
            tier: Tier::Core,
            points: 6,
            program: THREADED,
            title: "At least 50 clients are served at once, in whatever order they speak",
            lesson: "This is what threads are for: a client that is silent costs a blocked thread, but it keeps nobody else waiting.",
            hint: "Who waits for whom when the fiftieth client speaks first?",
            method: "Fifty clients connect and are all greeted; each sends half of its line, in a random order, and then, in another, the rest, \
                     which is answered at once.",
            causes: &[
                "one buffer gathers the lines of all clients",
                "clients are served in turn",
                "a pool with fewer threads than clients",
                "the accepting thread waits for each client's thread",
            ],
        },
        decide: threaded::serves_many_at_once,
    },
    Check {
        clause: Clause {
            id: "L3.16",
            tier: Tier::Core,
            points: 6,
            program: THREADED,
            title: "With n clients there are n + 1 threads in one process: one in accept, n in a read; they go when the clients go",
            lesson: "Each model of concurrency has a shape that the kernel can show. One blocked thread for each client is this one's, \
                     with its strength, simple code, and its price, a stack for each client.",
            hint: "Ask the kernel: `ls /proc/PID/task` lists a process's threads, and `cat /proc/PID/task/*/syscall` tells where each is blocked.",
            method: "With 1, 8 and 16 silent clients connected, looks at the threads that wait for clients or on them, their processes and their \
                     calls; then the clients go, one with an answer, one without, one by a reset, and the threads that were reading must go with them.",
            causes: &[
                "a pool, a poll loop or processes instead of threads",
                "threads that go on when their client has gone",
            ],
        },
        decide: threaded::has_a_thread_for_each,
    },
    Check {
        clause: Clause {
            id: "L3.S6",
            tier: Tier::Stretch,
            points: 0,
            program: THREADED,
            title: "The server survives running out of file descriptors and serves again when some are free, without spinning",
            lesson: "A connection costs a file descriptor, and those are limited. When accept fails for want of one, the client stays in the \
                     queue, so that trying again at once fails again: a loop that burns a processor.",
            hint: "What does accept return when no descriptor is left, and what does your loop do then?",
            method: "Allows the server 32 open files, connects until it has used them up and a client is left waiting or turned away, looks \
                     whether it waits or spins, then lets the clients leave and expects the next ones to be served.",
            causes: &[
                "it serves too few clients at once to run out of anything",
                "the error of accept ends the program",
                "the error is ignored and the loop spins",
                "a client that was waiting is forgotten",
            ],
        },
        decide: threaded::survives_running_out_of_files,
    },
    Check {
        clause: Clause {
            id: "L3.17",
            tier: Tier::Core,
            points: 3,
            program: LISTENER,
            title: "The kernel's listen backlog for the port is 4",
            lesson: "The argument of listen bounds how many clients may wait to be accepted. What exceeds it is held off by the kernel before \
                     the program ever hears of it.",
            hint: "Which call takes the number? Not every library's convenience function lets you choose it.",
            method: "Reads the backlog of the listening socket from the kernel, as `ss -lt` shows it in its column Send-Q.",
            causes: &[
                "the library's default backlog (128, 50 or 511)",
                "the number is given to another call",
            ],
        },
        decide: listener::has_a_backlog_of_four,
    },
    Check {
        clause: Clause {
            id: "L3.18",
            tier: Tier::Core,
            points: 3,
            program: LISTENER,
            title: "Nobody is accepted until a line arrives on standard input; then all waiting clients are, and the program exits",
            lesson: "A connection exists before anybody accepts it: the kernel completes the handshake, and accept only fetches the result.",
            hint: "What stands between listen and the first accept in your program? And how do you know that no one waits any more?",
            method: "Some clients connect, one to three of them and then four, and must stay in the accept queue; after a line on standard input \
                     each must have been accepted (a client that was not sees a reset), and the program exits with status 0.",
            causes: &[
                "four clients are accepted, however many wait",
                "accept is called too early",
                "only one client is accepted",
                "the program waits for a further client instead of exiting",
            ],
        },
        decide: listener::accepts_when_told,
    },
];
