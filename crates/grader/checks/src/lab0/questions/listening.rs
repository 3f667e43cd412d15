//! Questions about the backlog, and about the calls that a server and a client make.

use crate::lab0::experiments::listening as experiment;
use crate::lab0::question::{CORE, Form, Question, Topic};
use model::Clause;

pub(in crate::lab0) const BACKLOG: Topic = Topic {
    clause: Clause {
        id: "L0.15",
        title: "Predicts what binding port 2367 with a backlog of 4 does",
        lesson: "bind takes the port and listen makes the kernel accept requests for it, with a queue for \
                 connections that the program has not accepted yet. The backlog is the length of that queue. When \
                 it is full, Linux drops further requests, and their clients try again until they are let in or \
                 give up.",
        hint: "Which of the calls knows the number 4? What does the kernel count with it: clients in all, or only \
               those that nobody has accepted?",
        method: "Binds port 2367 in a network of the check's own, listens with a backlog of 4, lets clients \
                 connect, and reads the queue and its limit by sock_diag and the overflows from the kernel's \
                 counters.",
        causes: &[
            "the backlog is taken for the number of clients that can be served at once",
            "a full queue is thought to refuse clients, as a closed port does",
            "accepted clients are still counted as waiting",
        ],
        ..CORE
    },
    questions: &[
        Question {
            key: "backlog-shown",
            text: "A server binds a TCP socket to port 2367 and calls listen, so that at most 4 clients are to \
                   wait. Which backlog does the kernel show for that socket?",
            form: Form::Number,
            right: &["4"],
            experiment: Some(experiment::backlog_shown),
        },
        Question {
            key: "clients-that-connect",
            text: "On Linux a server listens on port 2367 with a backlog of 4 and never calls accept. 10 clients \
                   call connect. How many of these connections are completed? (Linux lets in a client while the \
                   queue is not longer than the backlog.)",
            form: Form::Number,
            right: &["5"],
            experiment: Some(experiment::clients_that_connect),
        },
        Question {
            key: "client-too-many",
            text: "On Linux a server listens on port 2367 with a backlog of 4 and never calls accept; its queue is \
                   full. Another client calls connect, on a blocking socket. What does the call do first?",
            form: Form::Choice(&["it succeeds", "it fails with connection refused", "it waits"]),
            right: &["it waits"],
            experiment: Some(experiment::client_too_many),
        },
        Question {
            key: "second-bind",
            text: "A server listens on 127.0.0.1, port 2367. Another program binds a TCP socket to the same \
                   address and port, with no option set. What does bind do?",
            form: Form::Choice(&[
                "it succeeds, and both get clients in turn",
                "it fails with address already in use",
                "it waits until the port is free",
            ]),
            right: &["it fails with address already in use"],
            experiment: Some(experiment::second_bind),
        },
        Question {
            key: "queue-after-accepting",
            text: "A server listens on port 2367 with a backlog of 4. 4 clients have connected, and the server has \
                   called accept 3 times. All are still connected. How many connections are in the accept queue?",
            form: Form::Number,
            right: &["1"],
            experiment: Some(experiment::queue_after_accepting),
        },
    ],
};

pub(in crate::lab0) const ORDER: Topic = Topic {
    clause: Clause {
        id: "L0.16",
        title: "Predicts the order of the calls that a server and a client make",
        lesson: "A server asks for a port, then for a queue, then for the next client, and talks only on the \
                 socket that accept gave it. A client needs none of that: connect chooses a port for it. Each call \
                 needs what the one before has made, and the kernel refuses it otherwise.",
        hint: "What does each call return, and which other call takes that as its argument?",
        method: "Makes the calls in every order and keeps the one in which each succeeds, or makes a call too \
                 early and looks at its error.",
        causes: &[
            "listen is thought to wait for a client",
            "the listening socket is thought to carry the conversation",
            "a client is thought to need bind",
        ],
        ..CORE
    },
    questions: &[
        Question {
            key: "calls-of-a-server",
            text: "A server serves one client on a port that is known in advance. The client speaks first. In \
                   which order does the server make these calls?",
            form: Form::Order(&["accept", "bind", "close", "listen", "read", "socket", "write"]),
            right: &["socket", "bind", "listen", "accept", "read", "write", "close"],
            experiment: Some(experiment::calls_of_a_server),
        },
        Question {
            key: "calls-of-a-client",
            text: "A client sends a request to a server, and the server answers it. In which order does the client \
                   make these calls?",
            form: Form::Order(&["close", "connect", "read", "socket", "write"]),
            right: &["socket", "connect", "write", "read", "close"],
            experiment: Some(experiment::calls_of_a_client),
        },
        Question {
            key: "accept-without-listen",
            text: "A TCP socket is bound to a port, but listen has not been called. What does accept on it do?",
            form: Form::Choice(&["it waits for a client", "it fails at once", "it calls listen by itself"]),
            right: &["it fails at once"],
            experiment: Some(experiment::accept_without_listen),
        },
        Question {
            key: "read-from-listening",
            text: "A client has connected and has sent a line. The server calls read on its listening socket. What \
                   does the call do?",
            form: Form::Choice(&["it returns the line", "it fails at once", "it waits"]),
            right: &["it fails at once"],
            experiment: Some(experiment::read_from_listening),
        },
        Question {
            key: "connect-without-accept",
            text: "A server has called listen and does something else now; its queue is empty. A client calls \
                   connect, on a blocking socket. What does the call do?",
            form: Form::Choice(&[
                "it succeeds",
                "it waits until the server calls accept",
                "it fails at once",
            ]),
            right: &["it succeeds"],
            experiment: Some(experiment::connect_without_accept),
        },
    ],
};
