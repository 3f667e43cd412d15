//! Questions about what tells sockets apart, how many there are, and which addresses they have.

use crate::lab0::experiments::sockets as experiment;
use crate::lab0::question::{Form, Question, Topic, core};

const VALUES: &[&str] = &["local address", "local port", "remote address", "remote port"];

pub(in crate::lab0) const FOUR_VALUES: Topic = Topic {
    clause: core("L0.1", 7),
    questions: &[
        Question {
            key: "socket-values",
            text: "Which of these tell one established TCP connection of a host from all its other TCP \
                   connections?",
            form: Form::Several(&[
                "descriptor",
                "local address",
                "local port",
                "process",
                "remote address",
                "remote port",
            ]),
            right: VALUES,
            experiment: Some(experiment::distinguishing),
        },
        Question {
            key: "two-clients-differ",
            text: "Two clients on the same host, with the same IP address, are connected to the same port of a \
                   server. In which of their four values do the server's two connected sockets differ?",
            form: Form::Several(VALUES),
            right: &["remote port"],
            experiment: Some(experiment::two_clients_differ),
        },
        Question {
            key: "other-end",
            text: "A server on 127.0.0.1 has accepted a client that is on 127.0.0.2. Which value of the client's \
                   socket is equal to each value of the server's socket?",
            form: Form::Matching(
                &[
                    ("local-address", "the local address of the server's socket"),
                    ("local-port", "its local port"),
                    ("remote-address", "its remote address"),
                    ("remote-port", "its remote port"),
                ],
                VALUES,
            ),
            right: &["remote address", "remote port", "local address", "local port"],
            experiment: Some(experiment::other_end),
        },
        Question {
            key: "one-port-two-servers",
            text: "Two sockets of a client, both with SO_REUSEADDR set, are bound to the same address and port. \
                   The first is connected to a server. Can the second be connected to another port of that server \
                   at the same time?",
            form: Form::Choice(&["yes", "no"]),
            right: &["yes"],
            experiment: Some(|_| experiment::same_port(false)),
        },
        Question {
            key: "one-port-one-server",
            text: "Two sockets of a client, both with SO_REUSEADDR set, are bound to the same address and port. \
                   The first is connected to a server. Can the second be connected to the same port of that server \
                   at the same time?",
            form: Form::Choice(&["yes", "no"]),
            right: &["no"],
            experiment: Some(|_| experiment::same_port(true)),
        },
    ],
};

pub(in crate::lab0) const COUNTED: Topic = Topic {
    clause: core("L0.2", 6),
    questions: &[
        Question {
            key: "sockets-with-three",
            text: "A server with one listening socket has accepted 3 clients, which are all still connected. How \
                   many TCP sockets does its process hold?",
            form: Form::Number,
            right: &["4"],
            experiment: Some(|_| experiment::held(3, 3, 0)),
        },
        Question {
            key: "sockets-with-twelve",
            text: "A server with one listening socket has accepted 12 clients, which are all still connected. How \
                   many TCP sockets does its process hold?",
            form: Form::Number,
            right: &["13"],
            experiment: Some(|_| experiment::held(12, 12, 0)),
        },
        Question {
            key: "sockets-after-closing",
            text: "A server with one listening socket has accepted 7 clients and has then closed its sockets of 2 \
                   of them. How many TCP sockets does its process hold?",
            form: Form::Number,
            right: &["6"],
            experiment: Some(|_| experiment::held(7, 7, 2)),
        },
        Question {
            key: "sockets-while-some-wait",
            text: "5 clients are connected to a server with one listening socket. The server has called accept 3 \
                   times, so 2 clients wait in the accept queue. How many TCP sockets does its process hold?",
            form: Form::Number,
            right: &["4"],
            experiment: Some(|_| experiment::held(5, 3, 0)),
        },
        Question {
            key: "sockets-before-accept",
            text: "9 clients are connected to a server with one listening socket, which has not called accept yet. \
                   How many TCP sockets does its process hold?",
            form: Form::Number,
            right: &["1"],
            experiment: Some(|_| experiment::held(9, 0, 0)),
        },
    ],
};

pub(in crate::lab0) const ACCEPTED: Topic = Topic {
    clause: core("L0.3", 6),
    questions: &[
        Question {
            key: "accepted-local-port",
            text: "What is the local port of the socket that accept returns?",
            form: Form::Choice(&["the listening port", "the client's port", "a new port", "none"]),
            right: &["the listening port"],
            experiment: Some(experiment::accepted_local_port),
        },
        Question {
            key: "accepted-remote-port",
            text: "What is the remote port of the socket that accept returns?",
            form: Form::Choice(&["the listening port", "the client's port", "a new port", "none"]),
            right: &["the client's port"],
            experiment: Some(experiment::accepted_remote_port),
        },
        Question {
            key: "different-local-ports",
            text: "A server listens on one port and has accepted 6 clients. How many different local ports do its \
                   listening socket and its 6 connected sockets have together?",
            form: Form::Number,
            right: &["1"],
            experiment: Some(experiment::different_local_ports),
        },
        Question {
            key: "accepted-local-address",
            text: "A server listens on 0.0.0.0, that is on every address of its host. A client connects to \
                   127.0.0.3. What is the local address of the socket that accept returns?",
            form: Form::Choice(&["0.0.0.0", "127.0.0.1", "127.0.0.3"]),
            right: &["127.0.0.3"],
            experiment: Some(experiment::accepted_local_address),
        },
        Question {
            key: "listening-peer",
            text: "A server has accepted 2 clients. What are the remote address and the remote port of its \
                   listening socket?",
            form: Form::Choice(&["those of the first client", "those of the last client", "it has none"]),
            right: &["it has none"],
            experiment: Some(experiment::listening_peer),
        },
    ],
};
