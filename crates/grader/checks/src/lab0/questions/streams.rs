//! Questions about what TCP and UDP promise, and about the reads that answer writes.

use crate::lab0::experiments::streams as experiment;
use crate::lab0::question::{Form, Question, Topic, core};

const PROMISES: &[&str] = &["guaranteed", "not guaranteed"];

pub(in crate::lab0) const GUARANTEES: Topic = Topic {
    clause: core("L0.6", 6),
    questions: &[
        Question {
            key: "promises",
            text: "What do TCP, as long as the connection lasts, and UDP guarantee to a receiver?",
            form: Form::Matching(
                &[
                    ("tcp-order", "TCP: bytes arrive in the order in which they were sent"),
                    ("tcp-delivery", "TCP: no byte between two others is missing"),
                    ("tcp-borders", "TCP: a read returns the bytes of exactly one write"),
                    ("udp-order", "UDP: datagrams arrive in the order in which they were sent"),
                    ("udp-delivery", "UDP: no datagram between two others is missing"),
                    ("udp-borders", "UDP: a receive returns bytes of one datagram only"),
                ],
                PROMISES,
            ),
            right: &[
                "guaranteed",
                "guaranteed",
                "not guaranteed",
                "not guaranteed",
                "not guaranteed",
                "guaranteed",
            ],
            experiment: None,
        },
        Question {
            key: "udp-with-full-buffer",
            text: "A UDP socket has a small receive buffer, and its program does not read. Another program sends \
                   it 1000 datagrams of 1000 bytes over the loopback interface. What happens?",
            form: Form::Choice(&[
                "every send succeeds, and datagrams are lost",
                "every send succeeds, and all datagrams are kept",
                "a send waits until the receiver reads",
                "a send fails",
            ]),
            right: &["every send succeeds, and datagrams are lost"],
            experiment: Some(experiment::udp_with_full_buffer),
        },
        Question {
            key: "tcp-with-full-buffer",
            text: "The peer of a TCP connection is there, but does not read. A program writes to it, with blocking \
                   writes, far more than all buffers can hold. What happens?",
            form: Form::Choice(&[
                "every write succeeds, and bytes are lost",
                "every write succeeds, and all bytes are kept",
                "a write waits until the receiver reads",
                "a write fails",
            ]),
            right: &["a write waits until the receiver reads"],
            experiment: Some(experiment::tcp_with_full_buffer),
        },
        Question {
            key: "numbered-writes",
            text: "A program writes the numbers 0 to 9999, each by a write of its own, into a TCP connection, and \
                   the receiver reads slowly until all has come. What has it read?",
            form: Form::Choice(&[
                "all numbers, in order",
                "all numbers, perhaps in another order",
                "in order, but perhaps not all numbers",
            ]),
            right: &["all numbers, in order"],
            experiment: Some(experiment::numbered_writes),
        },
        Question {
            key: "send-means",
            text: "A blocking write of 5 bytes to an established TCP connection has returned 5. What does that \
                   tell for certain?",
            form: Form::Choice(&[
                "the kernel of the sender has taken the bytes",
                "the kernel of the receiver has the bytes",
                "the program of the receiver has read the bytes",
            ]),
            right: &["the kernel of the sender has taken the bytes"],
            experiment: Some(experiment::write_after_close),
        },
    ],
};

pub(in crate::lab0) const READS: Topic = Topic {
    clause: core("L0.7", 7),
    questions: &[
        Question {
            key: "three-writes",
            text: "A client writes three times 10 bytes to a TCP connection. All of it has arrived at the server's \
                   host before the server reads for the first time, with a buffer of 100 bytes. How many reads \
                   take all the bytes?",
            form: Form::Number,
            right: &["1"],
            experiment: Some(|_| experiment::reads(3, 10, 100)),
        },
        Question {
            key: "small-buffer",
            text: "A client writes three times 10 bytes to a TCP connection. All of it has arrived at the server's \
                   host before the server reads for the first time, with a buffer of 8 bytes. How many reads take \
                   all the bytes?",
            form: Form::Number,
            right: &["4"],
            experiment: Some(|_| experiment::reads(3, 10, 8)),
        },
        Question {
            key: "less-than-asked-for",
            text: "A client writes 4 bytes to a TCP connection and then waits. The server calls a blocking read \
                   with a buffer of 10 bytes. How many bytes does this read return?",
            form: Form::Number,
            right: &["4"],
            experiment: Some(experiment::less_than_asked_for),
        },
        Question {
            key: "three-datagrams",
            text: "Three UDP datagrams of 10 bytes each lie in the receive buffer of a socket. Each receive has a \
                   buffer of 100 bytes. How many receives take all the bytes?",
            form: Form::Number,
            right: &["3"],
            experiment: Some(experiment::three_datagrams),
        },
        Question {
            key: "rest-of-datagram",
            text: "Two UDP datagrams lie in the receive buffer of a socket, first one of 30 bytes, then one of 5 \
                   bytes. A receive with a buffer of 8 bytes returns 8. How many bytes does the next receive \
                   return, with the same buffer?",
            form: Form::Number,
            right: &["5"],
            experiment: Some(experiment::rest_of_datagram),
        },
        Question {
            key: "reads-to-the-end",
            text: "A client writes 10 bytes to a TCP connection and closes it. Only then the server begins to \
                   read, with a buffer of 100 bytes, until a read returns 0. How many reads is that, the last one \
                   included?",
            form: Form::Number,
            right: &["2"],
            experiment: Some(experiment::reads_to_the_end),
        },
    ],
};
