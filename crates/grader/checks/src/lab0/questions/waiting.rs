//! Questions about processes and threads, and about calls that wait.

use crate::lab0::experiments::waiting as experiment;
use crate::lab0::question::{Form, Question, Topic, core};

pub(in crate::lab0) const VARIABLES: Topic = Topic {
    clause: core("L0.8", 6),
    questions: &[
        Question {
            key: "variable-of-a-thread",
            text: "A global variable is 5. The program starts a thread, which sets the variable to 7 and ends. The \
                   first thread waits for that end and reads the variable. What does it read?",
            form: Form::Number,
            right: &["7"],
            experiment: Some(experiment::variable_of_a_thread),
        },
        Question {
            key: "variable-of-a-child",
            text: "A variable is 5. The program makes a child process by fork. The child sets the variable to 7 \
                   and ends. The parent waits for that end and reads the variable. What does it read?",
            form: Form::Number,
            right: &["5"],
            experiment: Some(experiment::variable_of_a_child),
        },
        Question {
            key: "variable-of-the-parent",
            text: "A variable is 5. The program makes a child process by fork. Then the parent sets the variable \
                   to 7, and after that the child reads it. What does the child read?",
            form: Form::Number,
            right: &["5"],
            experiment: Some(experiment::variable_of_the_parent),
        },
        Question {
            key: "threads-share",
            text: "Which of these do the threads of one process have in common?",
            form: Form::Several(&[
                "call stack",
                "descriptors",
                "global variables",
                "process id",
                "thread id",
            ]),
            right: &["descriptors", "global variables", "process id"],
            experiment: Some(experiment::threads_share),
        },
        Question {
            key: "descriptor-of-a-child",
            text: "A server accepts a client and makes a child process by fork. The child waits for what the \
                   client says. The parent closes its descriptor for the client's socket. What becomes of the \
                   connection?",
            form: Form::Choice(&["it stays open", "it is closed"]),
            right: &["it stays open"],
            experiment: Some(experiment::descriptor_of_a_child),
        },
    ],
};

const NON_BLOCKING_READ: &[&str] = &[
    "it waits until bytes come",
    "it returns at once with an error that means: try again later",
    "it returns at once with 0 bytes",
];

pub(in crate::lab0) const CALLS: Topic = Topic {
    clause: core("L0.9", 6),
    questions: &[
        Question {
            key: "blocking-read",
            text: "A connection is open, and the peer has sent nothing. What does a blocking read do?",
            form: Form::Choice(NON_BLOCKING_READ),
            right: &["it waits until bytes come"],
            experiment: Some(|_| experiment::read(false)),
        },
        Question {
            key: "non-blocking-read",
            text: "A connection is open, its socket is non-blocking, and the peer has sent nothing. What does a \
                   read do?",
            form: Form::Choice(NON_BLOCKING_READ),
            right: &["it returns at once with an error that means: try again later"],
            experiment: Some(|_| experiment::read(true)),
        },
        Question {
            key: "calls-that-wait",
            text: "Nobody has connected, and nobody has sent anything. What does each of these calls do?",
            form: Form::Matching(
                &[
                    ("blocking-accept", "accept on a blocking listening socket"),
                    ("non-blocking-accept", "accept on a non-blocking listening socket"),
                    ("blocking-read", "read from a blocking socket"),
                    ("non-blocking-read", "read from a non-blocking socket"),
                    ("poll", "poll for reading on a non-blocking socket, without a time-out"),
                ],
                &["waits", "returns at once"],
            ),
            right: &["waits", "returns at once", "waits", "returns at once", "waits"],
            experiment: Some(experiment::calls_that_wait),
        },
        Question {
            key: "order-of-events",
            text: "An asynchronous program with an event loop registers a handler for the data of a connection, \
                   and then goes on to start the loop. The data comes later. In which order do these things \
                   happen?",
            form: Form::Order(&[
                "the data arrives",
                "the handler is called",
                "the loop begins to wait",
                "the registration returns",
            ]),
            right: &[
                "the registration returns",
                "the loop begins to wait",
                "the data arrives",
                "the handler is called",
            ],
            experiment: Some(experiment::order_of_events),
        },
        Question {
            key: "non-blocking-connect",
            text: "A TCP socket is non-blocking, and a server listens at the other end. What does connect do?",
            form: Form::Choice(&[
                "it waits until the connection is complete",
                "it returns at once with an error that means: in progress",
                "it returns at once with an error, and no connection is made",
            ]),
            right: &["it returns at once with an error that means: in progress"],
            experiment: Some(experiment::non_blocking_connect),
        },
    ],
};

const CALLS_OF_SERVERS: &[&str] = &["accept", "read", "write", "select or poll", "epoll"];

pub(in crate::lab0) const MODELS: Topic = Topic {
    clause: core("L0.10", 7),
    questions: &[
        Question {
            key: "call-of-sequential",
            text: "A server with one thread and blocking calls serves one client after the other. Two clients are \
                   connected and silent. In which call does it wait?",
            form: Form::Choice(CALLS_OF_SERVERS),
            right: &["read"],
            experiment: Some(|_| experiment::sequential(2)),
        },
        Question {
            key: "call-of-idle-sequential",
            text: "A server with one thread and blocking calls serves one client after the other. No client is \
                   connected. In which call does it wait?",
            form: Form::Choice(CALLS_OF_SERVERS),
            right: &["accept"],
            experiment: Some(|_| experiment::sequential(0)),
        },
        Question {
            key: "calls-of-threads",
            text: "A server starts a thread for each client, with blocking calls. A client is connected and \
                   silent. In which call does each of the two threads wait?",
            form: Form::Matching(
                &[("first", "the thread that started the other"), ("second", "the thread that was started")],
                CALLS_OF_SERVERS,
            ),
            right: &["accept", "read"],
            experiment: Some(experiment::threads),
        },
        Question {
            key: "calls-of-processes",
            text: "A server makes a child process by fork for each client, with blocking calls, and does not wait \
                   for the end of its children. A client is connected and silent. In which call does each of the \
                   two processes wait?",
            form: Form::Matching(&[("parent", "the parent"), ("child", "the child")], CALLS_OF_SERVERS),
            right: &["accept", "read"],
            experiment: Some(experiment::processes),
        },
        Question {
            key: "call-of-multiplexed",
            text: "A server with one thread and non-blocking sockets hands the list of its sockets to the kernel \
                   anew for each wait. Eight clients are connected and silent. In which call does it wait?",
            form: Form::Choice(CALLS_OF_SERVERS),
            right: &["select or poll"],
            experiment: Some(experiment::multiplexed),
        },
        Question {
            key: "call-of-async",
            text: "An asynchronous server runs on Linux, with an event loop in one thread; the kernel keeps the \
                   list of its sockets from one wait to the next. Eight clients are connected and silent. In which \
                   call does it wait?",
            form: Form::Choice(CALLS_OF_SERVERS),
            right: &["epoll"],
            experiment: Some(experiment::asynchronous),
        },
    ],
};
