//! A small lab for tests and ways to make runs over it, so that no golden file depends on a real lab's words.

// Not every test file uses all of it.
#![allow(dead_code)]

use model::*;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

const fn clause(id: &'static str, tier: Tier, points: u32, program: &'static str) -> Clause {
    Clause { id, tier, points, program, wording: &WORDING }
}

const TITLES: &[(&str, &str)] = &[
    ("L3.1", "listens on the port"),
    ("L3.2", "sends exactly `HELLO\\n` to a client that has said nothing"),
    (
        "L3.4",
        "waits for the end of the line before it answers, however TCP cuts the line, and then answers with the whole line in upper case",
    ),
    ("L3.S1", "letters outside ASCII: `é` becomes `É`, `ß` becomes `SS`"),
    ("L3.10", "sends exactly `ThIS is a TeSt\\n`, once"),
    ("L3.S5", "gives up after the given time-out"),
];

static WORDING: Wording = LazyLock::new(|| {
    let words = TITLES.iter().map(|(id, title)| {
        (
            (*id).to_owned(),
            Words {
                title: (*title).to_owned(),
                lesson: "TCP carries a stream of bytes, not messages: one write may arrive in many reads, and many writes in one. A \
                         program that takes a read for a message works on a quiet machine and fails on a busy one."
                    .to_owned(),
                hints: [
                    "What does your program do with the bytes that it has read when there is no end of line among them?",
                    "A stream has no messages in it: the end of line is the only mark.",
                    "Look up BufRead::read_until, or getline(3).",
                ]
                .map(str::to_owned),
                method: "A client sends a line in two pieces; the second is written only when the kernel shows that the first was \
                         read and that the server waits again."
                    .to_owned(),
                causes: [
                    "one read is taken for one line",
                    "the line's end is looked for only in the last piece that was read",
                ]
                .map(str::to_owned)
                .to_vec(),
            },
        )
    });
    words.collect()
});

const PORT: &[Placeholder] = &[Placeholder { name: "port", default: Some("3232") }];

pub(crate) static LAB: Lab = Lab {
    number: 3,
    slug: "echo",
    title: "Echo",
    programs: &[
        Program { name: "echo-server", arguments: PORT },
        Program {
            name: "echo-client",
            arguments: &[
                Placeholder { name: "host", default: Some("localhost") },
                Placeholder { name: "port", default: Some("3232") },
            ],
        },
    ],
    reference: "echo",
    document: None,
};

pub(crate) static CLAUSES: [Clause; 6] = [
    clause("L3.1", Tier::Core, 10, "echo-server"),
    clause("L3.2", Tier::Core, 10, "echo-server"),
    clause("L3.4", Tier::Core, 20, "echo-server"),
    clause("L3.S1", Tier::Stretch, 0, "echo-server"),
    clause("L3.10", Tier::Core, 10, "echo-client"),
    clause("L3.S5", Tier::Stretch, 0, "echo-client"),
];

/// A run with one verdict for each clause of the lab, in order.
pub(crate) fn run(verdicts: [Verdict; 6]) -> RunReport {
    let checks = CLAUSES.iter().zip(verdicts).zip(1..);
    let checks = checks.map(|((clause, verdict), i)| CheckReport {
        clause,
        verdict,
        duration: Duration::from_millis(i),
        finding: None,
        record: None,
    });
    RunReport {
        lab: &LAB,
        seed: 7,
        environment: Environment {
            system: "Linux 6.18".to_owned(),
            isolation: Isolation::Full,
            enforcement: Enforcement::Watching,
            memory: None,
            jobs: 2,
        },
        checks: checks.collect(),
        duration: Duration::from_millis(412),
        ruling: None,
    }
}

pub(crate) fn failed(failure: Failure) -> Verdict {
    Verdict::Failed(Box::new(failure))
}

pub(crate) fn event(t_us: u64, peer: &str, action: Action, data: &[u8]) -> Event {
    Event { t_us, peer: peer.to_owned(), action, data: data.to_vec(), length: data.len() as u64 }
}

/// A thread of the server that is blocked in read on a connection without unread bytes.
pub(crate) fn reader(thread: &str) -> ThreadView {
    let endpoint = Endpoint {
        local: "127.0.0.1:3232".parse().unwrap(),
        remote: Some("127.0.0.1:41522".parse().unwrap()),
    };
    ThreadView {
        process: "echo-server".to_owned(),
        pid: 5,
        thread: thread.to_owned(),
        call: "read".to_owned(),
        timeout_ms: None,
        socket: Some(SocketView { endpoint, receive_queue: 0, send_queue: 0 }),
        object: None,
    }
}

/// A server that answers each read, with a conversation and a thread to show.
pub(crate) fn answered_too_early() -> Failure {
    let mut failure = Failure::new(Kind::Mismatch, "the answer is not the line in upper case")
        .expected(&b"HELLO\nFIRST HALF, SECOND HALF\n"[..])
        .got(&b"HELLO\nFIRST HALF\n"[..])
        .kernel(vec![reader("main")]);
    failure.transcript = vec![
        event(0, "echo-server", Action::Start, b"echo-server 3232"),
        event(2_310, "echo-server", Action::Listen, b"127.0.0.1:3232"),
        event(2_400, "client 1", Action::Connect, b""),
        event(2_650, "client 1", Action::Receive, b"HELLO\n"),
        event(2_700, "client 1", Action::Send, b"first half"),
        event(3_020, "client 1", Action::Receive, b"FIRST HALF\n"),
        event(3_040, "client 1", Action::PeerClosed, b""),
    ];
    failure
}

/// A server that ended before it listened. Its output tries to control the terminal and the CI service.
pub(crate) fn crashed() -> Failure {
    let mut failure = Failure::new(Kind::Exited, "echo-server ended with exit status 101 before it listened");
    failure.output =
        b"starting\n1\n2\n3\n4\n\x1b[2J\x1b[32mL3.1 passed\x07\n::error::forged\r\nthread 'main' panicked\n"
            .to_vec();
    failure
}

/// Compares a report with a file in `tests/golden`, or writes that file anew.
#[track_caller]
pub(crate) fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(actual, expected, "{} differs; see the head of tests/golden.rs\n{actual}", path.display());
}
