//! Questions about a server that serves one client at a time, and about what servers remember.

use crate::lab0::experiments::servers as experiment;
use crate::lab0::question::{Form, Question, Topic, core};

pub(in crate::lab0) const SEQUENTIAL: Topic = Topic {
    clause: core("L0.11", 6),
    questions: &[
        Question {
            key: "second-client-connects",
            text: "A server with one thread is serving a client. The accept queue is not full. A second client \
                   calls connect. What does the call do?",
            form: Form::Choice(&["it succeeds", "it waits until the first client has left", "it fails"]),
            right: &["it succeeds"],
            experiment: Some(experiment::second_client_connects),
        },
        Question {
            key: "second-client-asks",
            text: "A server with one thread answers each line of a client until that client leaves, and then \
                   accepts the next. While it serves a first client a second one connects and sends a line. When \
                   is that line answered?",
            form: Form::Choice(&[
                "at once",
                "between two lines of the first client",
                "when the first client has left",
            ]),
            right: &["when the first client has left"],
            experiment: Some(experiment::second_client_asks),
        },
        Question {
            key: "place-of-second-client",
            text: "A server with one thread is serving a client. A second client has connected. Where is its \
                   connection?",
            form: Form::Choice(&[
                "in the accept queue",
                "among the server's descriptors",
                "nowhere: the handshake is not complete",
            ]),
            right: &["in the accept queue"],
            experiment: Some(experiment::place_of_second_client),
        },
        Question {
            key: "unread-bytes",
            text: "A server with one thread is serving a client. A second client has connected and has sent the 6 \
                   bytes hello\\n. How many bytes lie unread on the server's side of the second connection?",
            form: Form::Number,
            right: &["6"],
            experiment: Some(experiment::unread_bytes),
        },
        Question {
            key: "waiting-clients",
            text: "6 clients have connected to a server with one thread, which serves the first of them. How many \
                   clients wait in the accept queue?",
            form: Form::Number,
            right: &["5"],
            experiment: Some(experiment::waiting_clients),
        },
    ],
};

const KINDS: &[&str] = &["stateful", "stateless"];

pub(in crate::lab0) const STATE: Topic = Topic {
    clause: core("L0.12", 6),
    questions: &[
        Question {
            key: "counter-of-connection",
            text: "For each connection a server has a counter of its own, which begins at 0. It answers each line \
                   with the number of lines so far. A client sends 3 lines and closes; then it connects again and \
                   sends a line. What is the answer to this last line?",
            form: Form::Number,
            right: &["1"],
            experiment: Some(|_| experiment::counted(false, false)),
        },
        Question {
            key: "counter-of-server",
            text: "A server has one counter for all connections, which begins at 0. It answers each line with the \
                   number of lines so far. A client sends 3 lines and closes; then it connects again and sends a \
                   line. What is the answer to this last line?",
            form: Form::Number,
            right: &["4"],
            experiment: Some(|_| experiment::counted(true, false)),
        },
        Question {
            key: "counter-after-restart",
            text: "A server has one counter for all connections in a variable, which begins at 0. It answers each \
                   line with the number of lines so far. A client sends 3 lines and closes, and the server is \
                   restarted. The client connects again and sends a line. What is the answer to this last line?",
            form: Form::Number,
            right: &["1"],
            experiment: Some(|_| experiment::counted(true, true)),
        },
        Question {
            key: "stateless-restart",
            text: "A server answers each line with the same line in upper case. A client sends a line, the server \
                   is restarted, and the client connects again and sends another line. Is this answered otherwise \
                   than without the restart?",
            form: Form::Choice(&["yes", "no"]),
            right: &["no"],
            experiment: Some(experiment::stateless_restart),
        },
        Question {
            key: "protocols-with-state",
            text: "Is the protocol stateful or stateless, as its specification defines it? (RFC 9110, 959, 5321, \
                   1035)",
            form: Form::Matching(
                &[
                    ("http", "HTTP: requests for resources"),
                    ("ftp", "FTP: a login, then commands in a current folder"),
                    ("smtp", "SMTP: a sender, then recipients, then the mail"),
                    ("dns", "DNS: a question in a datagram, and its answer"),
                ],
                KINDS,
            ),
            right: &["stateless", "stateful", "stateful", "stateless"],
            experiment: None,
        },
    ],
};
