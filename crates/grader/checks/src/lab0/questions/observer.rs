//! Questions about the terms of event-driven programming. They are definitions, so there is no experiment.

use crate::lab0::question::{Form, Question, Topic, core};

pub(in crate::lab0) const VOCABULARY: Topic = Topic {
    clause: core("L0.14", 6),
    questions: &[
        Question {
            key: "observer-pattern",
            text: "Which word of the observer pattern is defined here?",
            form: Form::Matching(
                &[
                    (
                        "keeps-the-list",
                        "the object that keeps a list of those who want to be told of its events",
                    ),
                    (
                        "is-on-the-list",
                        "the object or function that is on this list, to be called for an event",
                    ),
                    ("joining", "the act of getting on this list"),
                    ("announcing", "the act of announcing an event, so that all on this list are called"),
                ],
                &["emit", "listener", "subject", "subscribe"],
            ),
            right: &["subject", "listener", "subscribe", "emit"],
            experiment: None,
        },
        Question {
            key: "event-loop",
            text: "Which part of an event-driven program is defined here?",
            form: Form::Matching(
                &[
                    ("holds-what-has-happened", "holds events that have happened and are not dealt with yet"),
                    (
                        "takes-the-next",
                        "waits for the next event, takes it and has it dealt with, again and again",
                    ),
                    ("deals-with-it", "the code of the program that deals with one kind of event"),
                    (
                        "holds-what-runs",
                        "holds the functions that have been called and have not returned yet",
                    ),
                ],
                &["call stack", "event handler", "event loop", "event queue"],
            ),
            right: &["event queue", "event loop", "event handler", "call stack"],
            experiment: None,
        },
        Question {
            key: "life-of-an-event",
            text: "In a program with an event loop, in which order do these things happen to one event?",
            form: Form::Order(&[
                "it is put into the event queue",
                "its handler runs",
                "its listener subscribes",
                "the event happens",
                "the event loop takes it out of the event queue",
            ]),
            right: &[
                "its listener subscribes",
                "the event happens",
                "it is put into the event queue",
                "the event loop takes it out of the event queue",
                "its handler runs",
            ],
            experiment: None,
        },
        Question {
            key: "parts-of-a-line",
            text: "A program for Node.js has the line: server.on('connection', greet). Which word stands for each \
                   part of it, in the observer pattern?",
            form: Form::Matching(
                &[
                    ("server", "server"),
                    ("on", "on"),
                    ("greet", "greet, a function"),
                    (
                        "in-the-library",
                        "what the library does inside when a client has connected, so that greet is called",
                    ),
                ],
                &["emit", "event queue", "listener", "subject", "subscribe"],
            ),
            right: &["subject", "subscribe", "listener", "emit"],
            experiment: None,
        },
        Question {
            key: "one-thread",
            text: "A program runs all its handlers in one event loop with one thread. Handler A is running when \
                   event B happens. Where is B until its handler is called?",
            form: Form::Choice(&["call stack", "event handler", "event queue", "subject"]),
            right: &["event queue"],
            experiment: None,
        },
    ],
};
