//! Lab 5, five ways to serve many clients: one line protocol, five servers, told apart by what the kernel shows of them.
//!
//! A worker is a thread inside a call on a socket. Other threads and processes, a runtime's or a wrapper's, do not count.

pub(crate) mod crowd;
mod leaving;
mod predicted;
mod protocol;
mod structure;
mod stuck;

use crate::{Check, Suite};
use model::{Clause, Lab, Placeholder, Program, Tier};
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
    // In L5.S1 a thousand processes of an interpreter, which take 1.2 GiB, three times over. In L5.S2 ten thousand small processes
    // or threads: they are the wrong model there, which other clauses tell by its structure, and not by its size.
    limits: Limits { memory: 4 << 30, tasks: 12_288, ..Limits::USUAL },
    bank: None,
};

const CHECKS: &[Check] = &[
    the_protocol(SEQUENTIAL),
    the_protocol(PROCESSES),
    the_protocol(THREADS),
    the_protocol(MULTIPLEXED),
    the_protocol(ASYNC),
    however_cut(SEQUENTIAL),
    however_cut(PROCESSES),
    however_cut(THREADS),
    however_cut(MULTIPLEXED),
    however_cut(ASYNC),
    goodbye(SEQUENTIAL),
    goodbye(PROCESSES),
    goodbye(THREADS),
    goodbye(MULTIPLEXED),
    goodbye(ASYNC),
    leaving(SEQUENTIAL),
    leaving(PROCESSES),
    leaving(THREADS),
    leaving(MULTIPLEXED),
    leaving(ASYNC),
    sequential(SEQUENTIAL),
    processes(PROCESSES),
    threads(THREADS),
    multiplexed(MULTIPLEXED),
    asynchronous(ASYNC),
    at_once(PROCESSES),
    at_once(THREADS),
    at_once(MULTIPLEXED),
    at_once(ASYNC),
    predicted(SEQUENTIAL),
    predicted(PROCESSES),
    predicted(THREADS),
    predicted(MULTIPLEXED),
    predicted(ASYNC),
    a_thousand(PROCESSES),
    a_thousand(THREADS),
    a_thousand(MULTIPLEXED),
    a_thousand(ASYNC),
    ten_thousand(MULTIPLEXED),
    ten_thousand(ASYNC),
    never_reads(PROCESSES),
    never_reads(THREADS),
    never_reads(MULTIPLEXED),
    never_reads(ASYNC),
    out_of_files(THREADS),
    out_of_files(MULTIPLEXED),
    out_of_files(ASYNC),
];

const fn the_protocol(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.1",
            tier: Tier::Core,
            points: 2,
            program,
            title: "Each line is answered with the line in upper case, with or without > before it",
            lesson: "The protocol does not know which model serves it. That the same conversation runs on all five is \
                     what makes them comparable, and what lets you change the model of a server without telling its \
                     clients.",
            hint: "Read your answers with nc: does each end with an end of line, and do all begin alike? What does your \
                   loop do with an empty line?",
            method: "Takes the greeting, if one comes, then sends five lines: with spaces, empty, ended by \\r\\n. Each \
                     answer must be exactly the line in upper case, behind the prompt if the first was. Then kills the \
                     server with the client connected, and starts it again on the same port.",
            causes: &[
                "an empty line is taken for the end",
                "the answer sits in a buffer that is not flushed",
                "spaces are trimmed, or the \\r stays",
                "the prompt comes before some answers only",
                "SO_REUSEADDR is not set",
            ],
        },
        decide: protocol::answers_in_upper_case,
    }
}

const fn however_cut(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.2",
            tier: Tier::Core,
            points: 2,
            program,
            title: "Lines are answered alike in whatever pieces they come",
            lesson: "A stream has no seams. A server that waits for many clients at once meets this again: what it has \
                     read of a line must be kept for each connection until the rest comes.",
            hint: "Where is the first half of a line kept while the other half is on its way? Is there one such place \
                   for each client? And what happens when a line is longer than your buffer?",
            method: "Cuts a line at every place and into single bytes, each piece sent when the one before was read; nothing \
                     may come before the line has ended. Then two lines and a half in one segment, whose two answers \
                     must come before the other half is sent, forty lines at once, and lines of about 32, 128, 1,024, \
                     4,096 and 8,192 bytes, some ended by \\r\\n. Of a server that serves several at once, eight clients \
                     send their lines in three pieces each, long ones among them, and the pieces come in turns.",
            causes: &[
                "one read is taken for one line",
                "what follows the first newline of a read is thrown away",
                "a line is longer than the buffer, or fills it exactly",
                "one buffer is shared by all clients",
            ],
        },
        decide: protocol::answers_however_cut,
    }
}

const fn goodbye(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.3",
            tier: Tier::Core,
            points: 2,
            program,
            title: "bye in any case, or end of file, ends the connection, and the next client is served",
            lesson: "A conversation ends when one side says so, in the protocol or by closing. A server must notice both, \
                     and must let go of what belonged to the client: its socket above all.",
            hint: "Which value does your read return at end of file, and where does that lead? Who still holds the \
                   client's socket open after your last close?",
            method: "Says lines that only contain bye, which are answered; then, with another client connected, bye, BYE or \
                     bYe, with further lines behind it in the same segment, or closes the sending side, also in the \
                     middle of a line. The server must close, after one line at the most that answers bye, and serve \
                     the other. In the end it may have no descriptor left of a client that has gone.",
            causes: &[
                "only lower case is compared",
                "lines that came together with bye are answered",
                "end of file is taken for an empty line, or for the end of the line that stands before it, as readLine does",
                "the connection is shut down and its descriptor never closed",
                "another process or thread keeps the socket open",
                "the server ends together with its client",
            ],
        },
        decide: leaving::says_goodbye,
    }
}

const fn leaving(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.4",
            tier: Tier::Core,
            points: 1,
            program,
            title: "Clients that reset or vanish do not stop the server",
            lesson: "Whoever serves strangers gets errors from reads and from writes. They are the end of one \
                     conversation, and must not be the end of the process, the loop or the thread that serves all others.",
            hint: "Which of your calls can fail because a client has gone? Follow each error to the place where it ends \
                   up. What does the signal SIGPIPE do?",
            method: "Clients close and reset while the server waits for them: without a word, in the middle of a line, after a \
                     line. Others send lines and read no answer until the kernel shows that the server cannot write any \
                     more; then they close, reset, or close their sending side and reset, so that a write fails with \
                     ECONNRESET and with EPIPE. Others leave while they wait in the accept queue. After each another \
                     client is served, and in the end the server may have no descriptor left of those that have gone.",
            causes: &[
                "an error of one connection leaves the loop that serves all",
                "SIGPIPE kills the process",
                "one of the errors is handled, EPIPE say, and the other is not",
                "the connection is closed at its proper end only",
                "an accepted connection that is already gone makes accept's error fatal",
            ],
        },
        decide: leaving::survives_clients_that_leave,
    }
}

const fn sequential(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.5",
            tier: Tier::Core,
            points: 8,
            program,
            title: "Sequential: one process, one worker, in a read; the others wait in the accept queue",
            lesson: "The simplest server is with one client at a time. The kernel goes on completing handshakes, so that \
                     everybody is connected and nobody but the first is served.",
            hint: "Where is your program when the first client is silent: in accept or in a read? Who could call accept \
                   now? And how many clients may wait, by the backlog that you gave to listen?",
            method: "With 1, 8 and 32 clients connected and silent the kernel must show one process and one thread in a \
                     call on a socket, a read on the first client's, and all others in the accept queue.",
            causes: &[
                "a thread, a process or a task for each client",
                "the listening socket is polled together with the client",
                "a backlog of less than 31",
            ],
        },
        decide: structure::is_sequential,
    }
}

const fn processes(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.6",
            tier: Tier::Core,
            points: 10,
            program,
            title: "Processes: n + 1 of one worker each, one in accept; no zombie stays",
            lesson: "fork copies a process with its descriptors: the child has the client, the parent goes back to \
                     accept. A child that has ended stays in the process table until its parent has asked for its status.",
            hint: "Who closes which of the two sockets after fork, in the parent and in the child? Who waits for the \
                   children, and when?",
            method: "With 1, 8 and 32 silent clients there must be one process in accept and one more for each client, in \
                     a read on its socket. When the clients leave their processes must go, and with the next client \
                     connected no zombie may be left.",
            causes: &[
                "threads in place of processes",
                "a fixed number of processes was started in advance",
                "children are never waited for",
                "a child goes on into its parent's accept loop",
            ],
        },
        decide: structure::has_a_process_for_each,
    }
}

const fn threads(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.7",
            tier: Tier::Core,
            points: 9,
            program,
            title: "Threads: one process, n + 1 workers, one in accept, n in a read; they go when clients go",
            lesson: "A thread is cheaper than a process and shares all memory. Each is blocked for its own client, and \
                     the operating system does the waiting for many.",
            hint: "How many threads does your server have with 32 clients, and how many an hour later when all have \
                   gone?",
            method: "With 1, 8 and 32 silent clients there must be one process, one thread in accept and one more for \
                     each client, in a read on its socket. When the clients leave each of these threads must go.",
            causes: &[
                "a pool of a fixed size: client 9 waits for client 1",
                "threads that wait for more work and never end",
                "one thread that waits for all",
            ],
        },
        decide: structure::has_a_thread_for_each,
    }
}

const fn multiplexed(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.8",
            tier: Tier::Core,
            points: 10,
            program,
            title: "Multiplexed: one process, one worker whatever n, in select or poll",
            lesson: "Instead of blocking in a read on one socket the thread blocks in a call on all of them, and the \
                     kernel tells which are ready. One thread is enough, as long as it never blocks anywhere else.",
            hint: "In which one call does your thread wait when nobody speaks? Does that call know every client's \
                   socket, and the listening one?",
            method: "With 1, 8 and 32 silent clients the kernel must show one process with one thread in a call on \
                     sockets, select or poll (epoll is the next model's), and no more threads than with one client, a \
                     runtime's few more aside.",
            causes: &[
                "a thread for each client",
                "non-blocking sockets that are tried in turn, in a loop that never rests",
                "epoll: in Java any Selector, in Python the default one; take SelectSelector or PollSelector",
            ],
        },
        decide: structure::is_multiplexed,
    }
}

const fn asynchronous(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.9",
            tier: Tier::Core,
            points: 10,
            program,
            title: "Async: one process, threads that do not grow with n, in epoll, kqueue or io_uring",
            lesson: "In an asynchronous program nobody waits in your code: you say what is to happen when something has \
                     arrived, and an event loop waits for all of it. The kernel shows that loop.",
            hint: "Is there any call in your handlers that blocks, or that starts a thread? Who calls them?",
            method: "With 1, 8 and 32 silent clients there must be one process, no more threads than with one client (a \
                     runtime's few more aside), and those that wait for sockets in epoll or io_uring. Where checks run \
                     the kernel does not offer io_uring: io_uring_setup fails with ENOSYS, as on an older one.",
            causes: &[
                "blocking calls in tasks, which the runtime moves to threads of their own",
                "a thread for each client",
                "select or poll",
            ],
        },
        decide: structure::is_asynchronous,
    }
}

const fn at_once(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.10",
            tier: Tier::Core,
            points: 2,
            program,
            title: "Each client is answered while all others are silent, in whatever order they speak",
            lesson: "That is what the four concurrent models are for: nobody waits for a client who is thinking.",
            hint: "Connect two terminals and type in the second. If nothing comes: which call is your program in, and \
                   for whom?",
            method: "32 clients connect, each is answered while those before it are silent; then all speak in \
                     random order. Then one sends half a line, and all others are answered.",
            causes: &[
                "accept is called again only when a client has left",
                "a pool with fewer threads than clients",
                "a read that blocks the one thread that serves everybody",
            ],
        },
        decide: crowd::answers_each_while_others_are_silent,
    }
}

const fn predicted(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.11",
            tier: Tier::Core,
            points: 2,
            program,
            title: "predictions.toml says of this model what is measured",
            lesson: "You have understood a model when you can say what it looks like before you look. The numbers are \
                     few: processes, workers, and the calls in which they wait.",
            hint: "Draw the server with 8 silent clients: one box for each process, one arrow for each thread, and \
                   where each arrow ends.",
            method: "Once the model's table in predictions.toml is filled in, measures processes and workers with 1, 8 and 32 \
                     silent clients, and the calls in which the workers are, and compares them. Both are shown.",
            causes: &[
                "the prediction is not filled in yet",
                "the thread that accepts was forgotten, or the process that forks",
                "a thread that waits for all clients was counted for each of them",
            ],
        },
        decide: predicted::is_as_predicted,
    }
}

const fn a_thousand(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.S1",
            tier: Tier::Stretch,
            points: 0,
            program,
            title: "1,000 idle clients, and a new one is answered at once",
            lesson: "Idle clients cost what is kept for them: a process, a stack, or a few bytes in a table.",
            hint: "What does your server keep for a client that says nothing? Which limit is met first: descriptors, \
                   threads, memory, or the size of a set for select?",
            method: "1,000 clients connect and stay silent. Another one must be answered without the server sleeping for \
                     half a second first, and so must some of the thousand. All of them must still be connected then.",
            causes: &[
                "a pool, or a limit of its own, with fewer places",
                "the limit of open files is not raised",
                "a time-out that disconnects silent clients",
            ],
        },
        decide: crowd::has_room_for_a_thousand,
    }
}

const fn ten_thousand(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.S2",
            tier: Tier::Stretch,
            points: 0,
            program,
            title: "10,000 idle clients, and a new one is answered at once",
            lesson: "Ten thousand connections were a famous problem once. With one thread and a call that waits for all \
                     of them they are a matter of limits.",
            hint: "How does the work for one event grow with the number of connections, in your program and in the \
                   kernel?",
            method: "As the clause before, with 10,000 clients.",
            causes: &[
                "the limit of open files",
                "work for every client on every event that is more than a look",
            ],
        },
        decide: crowd::has_room_for_ten_thousand,
    }
}

const fn never_reads(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.S3",
            tier: Tier::Stretch,
            points: 0,
            program,
            title: "A client that never reads does not keep the others waiting",
            lesson: "A write blocks, or fails on a non-blocking socket, when the client's side is full. In a server with \
                     one thread for all, that write must wait in a buffer, not in a call.",
            hint: "What does your server do when a write could send only half of an answer? Who waits meanwhile?",
            method: "A client sends lines and reads no answer, until the kernel shows that the server cannot write to it any \
                     more, and until the server takes no more, or 4 MiB. Two others, and a new one, must be answered \
                     at once: without the server sleeping for half a second first.",
            causes: &[
                "a blocking write in the one thread",
                "a write that is tried again and again until it succeeds",
            ],
        },
        decide: crowd::does_not_wait_for_one_who_never_reads,
    }
}

const fn out_of_files(program: &'static str) -> Check {
    Check {
        clause: Clause {
            id: "L5.S4",
            tier: Tier::Stretch,
            points: 0,
            program,
            title: "Out of file descriptors it neither ends nor spins, and recovers",
            lesson: "accept fails when no descriptor is free, and the client stays in the queue: the next accept fails \
                     the same way at once, and a poll on the listening socket returns at once. The cure is to wait for \
                     something else.",
            hint: "What does your loop do when accept fails, and how soon does it come back to accept?",
            method: "Limits the server to 48 open files and connects clients until all are in use and one client waits, or one \
                     is turned away. The server must then neither end nor keep a processor busy, must serve those that \
                     it has, and when they have left the one that waits and a new one.",
            causes: &["the error of accept ends the program", "accept is tried again at once, for ever"],
        },
        decide: crowd::survives_running_out_of_files,
    }
}
