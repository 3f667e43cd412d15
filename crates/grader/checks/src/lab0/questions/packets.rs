//! Questions about what goes over the wire: when nobody listens, which protocol it is, and in which layers.

use crate::lab0::experiments::packets as experiment;
use crate::lab0::question::{Form, Question, Topic, core};

pub(in crate::lab0) const NOBODY: Topic = Topic {
    clause: core("L0.4", 7),
    questions: &[
        Question {
            key: "tcp-to-nobody",
            text: "No socket listens on a port of a host that can be reached, and no firewall is in between. What \
                   does a blocking connect to that port do?",
            form: Form::Choice(&[
                "it succeeds",
                "it fails with connection refused",
                "it waits until a server listens",
            ]),
            right: &["it fails with connection refused"],
            experiment: Some(experiment::tcp_to_nobody),
        },
        Question {
            key: "answer-to-request",
            text: "No socket listens on a port of a host. Which packet answers a TCP connection request (a segment \
                   with SYN) to that port?",
            form: Form::Choice(&[
                "none",
                "a segment with SYN and ACK",
                "a segment with RST",
                "an ICMP message",
            ]),
            right: &["a segment with RST"],
            experiment: Some(experiment::answer_to_request),
        },
        Question {
            key: "answer-to-datagram",
            text: "No socket is bound to a UDP port of a Linux host, and no firewall is in between. Which packet \
                   answers the first datagram to that port?",
            form: Form::Choice(&["none", "an empty datagram", "a segment with RST", "an ICMP message"]),
            right: &["an ICMP message"],
            experiment: Some(experiment::answer_to_datagram),
        },
        Question {
            key: "first-datagram-to-nobody",
            text: "No socket is bound to a UDP port of this host. What does the first send of a datagram to that \
                   port do?",
            form: Form::Choice(&[
                "it succeeds",
                "it fails with connection refused",
                "it waits until a socket is bound",
            ]),
            right: &["it succeeds"],
            experiment: Some(|_| experiment::sends_to_nobody(1)),
        },
        Question {
            key: "call-after-datagram",
            text: "On Linux a UDP socket is connected to a port to which no socket is bound. The first send has \
                   succeeded, and the answer of the other host has arrived. What does the next receive on this \
                   socket do?",
            form: Form::Choice(&[
                "it returns an empty datagram",
                "it fails with connection refused",
                "it waits for a datagram",
            ]),
            right: &["it fails with connection refused"],
            experiment: Some(|_| experiment::sends_to_nobody(2)),
        },
    ],
};

pub(in crate::lab0) const PROTOCOL: Topic = Topic {
    clause: core("L0.5", 6),
    questions: &[
        Question {
            key: "protocol-of-tcp",
            text: "Which number stands in the field protocol of an IPv4 header that is followed by a TCP header?",
            form: Form::Number,
            right: &["6"],
            experiment: Some(experiment::protocol_of_tcp),
        },
        Question {
            key: "protocol-of-udp",
            text: "Which number stands in the field protocol of an IPv4 header that is followed by a UDP header?",
            form: Form::Number,
            right: &["17"],
            experiment: Some(experiment::protocol_of_udp),
        },
        Question {
            key: "protocols",
            text: "Which number stands in the field protocol of the IPv4 header in each of these packets?",
            form: Form::Matching(
                &[
                    ("request", "a connection request to a web server"),
                    ("datagram", "a datagram, sent with sendto on a UDP socket"),
                    (
                        "unreachable",
                        "the message that a UDP port cannot be reached, the answer to such a datagram",
                    ),
                ],
                &["1", "4", "6", "17", "80"],
            ),
            right: &["6", "17", "1"],
            experiment: Some(experiment::protocols),
        },
        Question {
            key: "ports-in-header",
            text: "In which header do the source port and the destination port of a TCP segment stand?",
            form: Form::Choice(&["Ethernet header", "IP header", "TCP header"]),
            right: &["TCP header"],
            experiment: Some(experiment::ports_in_header),
        },
        Question {
            key: "same-port-number",
            text: "A TCP socket listens on port 4000 of a host. Can a UDP socket be bound to port 4000 of the same \
                   address at the same time?",
            form: Form::Choice(&["yes", "no"]),
            right: &["yes"],
            experiment: Some(experiment::same_port_number),
        },
    ],
};

const LAYERS_OF_OSI: &[&str] =
    &["physical", "data link", "network", "transport", "session", "presentation", "application"];

pub(in crate::lab0) const LAYERS: Topic = Topic {
    clause: core("L0.13", 6),
    questions: &[
        Question {
            key: "layers",
            text: "An HTTP request is captured on an Ethernet. To which layer of the OSI model does each part of \
                   the frame belong?",
            form: Form::Matching(
                &[
                    ("ethernet-header", "the Ethernet header"),
                    ("ip-header", "the IP header"),
                    ("tcp-header", "the TCP header"),
                    ("request", "the line GET / HTTP/1.1 and what follows it"),
                ],
                LAYERS_OF_OSI,
            ),
            right: &["data link", "network", "transport", "application"],
            experiment: Some(experiment::layers),
        },
        Question {
            key: "order-in-frame",
            text: "An HTTP request is captured on an Ethernet. In which order do its parts lie in the frame, from \
                   the first byte on?",
            form: Form::Order(&["Ethernet header", "HTTP request", "IP header", "TCP header"]),
            right: &["Ethernet header", "IP header", "TCP header", "HTTP request"],
            experiment: Some(experiment::order_in_frame),
        },
        Question {
            key: "layer-with-ports",
            text: "Which layer of the OSI model has the header in which a captured frame says for which port it \
                   is?",
            form: Form::Choice(LAYERS_OF_OSI),
            right: &["transport"],
            experiment: Some(experiment::layer_with_ports),
        },
        Question {
            key: "layer-with-addresses",
            text: "Which layer of the OSI model has the header in which a captured frame says for which IP address \
                   it is?",
            form: Form::Choice(LAYERS_OF_OSI),
            right: &["network"],
            experiment: Some(experiment::layer_with_addresses),
        },
        Question {
            key: "length-of-ip-header",
            text: "How many bytes long is the IPv4 header of a captured segment, when it has no options?",
            form: Form::Number,
            right: &["20"],
            experiment: Some(experiment::length_of_ip_header),
        },
    ],
};
