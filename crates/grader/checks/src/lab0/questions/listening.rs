//! Questions about the backlog, and about the calls that a server and a client make.

use crate::lab0::experiments::listening as experiment;
use crate::lab0::question::{Form, Question, Topic, core};

pub(in crate::lab0) const BACKLOG: Topic = Topic {
    clause: core("L0.15", 6),
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
    clause: core("L0.16", 6),
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
