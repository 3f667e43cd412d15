//! Questions about the segments that begin a connection and end it.

use crate::lab0::experiments::handshake as experiment;
use crate::lab0::question::{Form, Question, Topic, stretch};

const FLAGS: &[&str] = &["ACK", "FIN", "RST", "SYN"];

pub(in crate::lab0) const BEGINNING: Topic = Topic {
    clause: stretch("L0.S1"),
    questions: &[
        Question {
            key: "handshake",
            text: "A client connects to a listening server. In which order do these segments go over the wire?",
            form: Form::Order(&["ACK", "SYN", "SYN and ACK"]),
            right: &["SYN", "SYN and ACK", "ACK"],
            experiment: Some(experiment::handshake),
        },
        Question {
            key: "segments-before-data",
            text: "A client connects to a listening server and waits until connect has returned and the last \
                   segment of that has arrived; then it sends its first data. How many segments were sent before \
                   this, by both sides together, when none was lost?",
            form: Form::Number,
            right: &["3"],
            experiment: Some(experiment::segments_before_data),
        },
        Question {
            key: "flags-of-second-segment",
            text: "Which of these flags are set in the segment with which a listening server's kernel answers a \
                   connection request?",
            form: Form::Several(FLAGS),
            right: &["ACK", "SYN"],
            experiment: Some(experiment::flags_of_second_segment),
        },
        Question {
            key: "packets-of-udp-connect",
            text: "How many packets does connect on a UDP socket send?",
            form: Form::Number,
            right: &["0"],
            experiment: Some(experiment::packets_of_udp_connect),
        },
    ],
};

pub(in crate::lab0) const END: Topic = Topic {
    clause: stretch("L0.S2"),
    questions: &[
        Question {
            key: "close-with-unread-bytes",
            text: "5 bytes from the client lie unread at a server on Linux, and the server closes its socket. \
                   Which segment does its kernel send?",
            form: Form::Choice(&["one with FIN", "one with RST", "none"]),
            right: &["one with RST"],
            experiment: Some(|session| experiment::close_with(session, 5)),
        },
        Question {
            key: "close-with-all-read",
            text: "A server has read all that came from its client, and closes its socket. Which segment does its \
                   kernel send?",
            form: Form::Choice(&["one with FIN", "one with RST", "none"]),
            right: &["one with FIN"],
            experiment: Some(|session| experiment::close_with(session, 0)),
        },
        Question {
            key: "segments-with-fin",
            text: "A client closes its socket, then the server closes its own; nothing was left unread, and no \
                   segment is lost. How many segments with FIN are sent, by both sides together?",
            form: Form::Number,
            right: &["2"],
            experiment: Some(experiment::segments_with_fin),
        },
        Question {
            key: "answer-after-half-close",
            text: "A client ends its sending direction with shutdown, and the server answers after that. Can the \
                   client still read the answer?",
            form: Form::Choice(&["yes", "no"]),
            right: &["yes"],
            experiment: Some(experiment::answer_after_half_close),
        },
        Question {
            key: "side-in-time-wait",
            text: "A client closes its socket first, then the server closes its own; nothing was left unread. \
                   Which side is in the state TIME-WAIT then?",
            form: Form::Choice(&["the client", "the server", "both", "neither"]),
            right: &["the client"],
            experiment: Some(experiment::side_in_time_wait),
        },
    ],
};
