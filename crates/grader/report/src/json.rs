//! Results for programs: schema 1. Fields are only ever added; a change of meaning gets a new schema number. A value that was not decided
//! is `null` and never a number, and so is a sum that would contain it. If the instructor has decided what the grader's faults count as,
//! `fault_is` says so, for the run and for each clause concerned. Their status remains `error`.

use crate::escape;
use model::{
    Action, CheckReport, Event, Failure, Isolation, Ruling, RunReport, Shown, ThreadView, Tier, Verdict,
};
use serde::Serialize;
use std::io;

/// The greatest width of `expected` and `got`. Longer values are cut around their first difference.
const COLUMNS: usize = 4096;

/// Writes the results of a finished run as one indented JSON document with a line feed at its end.
pub fn write(report: &RunReport, out: &mut impl io::Write) -> io::Result<()> {
    document(&Document::of(report), out)
}

/// Writes one indented JSON document with a line feed at its end.
pub(crate) fn document(document: &impl Serialize, out: &mut impl io::Write) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(document).map_err(io::Error::other)?;
    text.push('\n');
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    lab: String,
    title: &'a str,
    seed: u64,
    duration_ms: u64,
    score: Score,
    environment: Environment<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault_is: Option<&'static str>,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Score {
    points: Option<u32>,
    max: u32,
    stars: Option<u32>,
    max_stars: u32,
}

#[derive(Serialize)]
pub(crate) struct Environment<'a> {
    system: &'a str,
    isolation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    isolation_reason: Option<&'a str>,
    limits: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_mib: Option<u64>,
    jobs: usize,
}

#[derive(Serialize)]
pub(crate) struct Check<'a> {
    id: &'a str,
    program: &'a str,
    tier: &'a str,
    title: &'a str,
    status: &'a str,
    points: Option<u32>,
    max: u32,
    /// What the grader's fault counts as by the instructor's decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault_is: Option<&'static str>,
    duration_ms: u64,
    /// What was measured and what was predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Report<'a>>,
}

/// A check that did not pass. For a skipped check and for the grader's own failure, `kind` is `skipped` or `error` and the summary says
/// everything.
#[derive(Serialize)]
struct Report<'a> {
    kind: &'a str,
    summary: String,
    expected: Option<String>,
    got: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
    /// Bytes of the stream before the first that differs, when both are bytes.
    difference_at: Option<usize>,
    why: &'a str,
    hint: &'a str,
    transcript: Vec<Rung>,
    kernel: Vec<Thread>,
    /// The end of what the program printed, escaped.
    output: String,
}

/// The parts of a clause that are right, if parts are marked.
#[derive(Serialize)]
struct Parts {
    right: u32,
    of: u32,
}

#[derive(Serialize)]
struct Rung {
    t_us: u64,
    peer: String,
    event: &'static str,
    /// Escaped bytes, possibly only the first of `data_length`.
    data: String,
    data_length: u64,
}

#[derive(Serialize)]
struct Thread {
    process: String,
    pid: i32,
    thread: String,
    call: String,
    timeout_ms: Option<u64>,
    socket: Option<String>,
    object: Option<String>,
}

impl<'a> Document<'a> {
    fn of(report: &'a RunReport) -> Self {
        let score = report.score();
        Document {
            schema: 1,
            lab: report.lab.name(),
            title: report.lab.title,
            seed: report.seed,
            duration_ms: report.duration.as_millis() as u64,
            score: Score {
                points: report.mark(),
                max: score.max,
                stars: report.stars(),
                max_stars: score.max_stars,
            },
            environment: Environment::of(&report.environment),
            fault_is: report.ruled().next().and(report.ruling).map(Ruling::name),
            checks: report.checks.iter().map(|check| Check::in_run(report, check)).collect(),
        }
    }
}

impl<'a> Environment<'a> {
    pub(crate) fn of(environment: &'a model::Environment) -> Self {
        let (isolation, isolation_reason) = match &environment.isolation {
            Isolation::Full => ("full", None),
            Isolation::None(reason) => ("none", Some(&**reason)),
        };
        Environment {
            system: &environment.system,
            isolation,
            isolation_reason,
            limits: environment.enforcement.name(),
            memory_mib: environment.memory.map(|bytes| bytes >> 20),
            jobs: environment.jobs,
        }
    }
}

impl<'a> Check<'a> {
    /// A check of a run, with the instructor's decision, if there is one.
    fn in_run(report: &RunReport, check: &'a CheckReport) -> Self {
        Check {
            points: report.has_worth(check).then(|| check.points()),
            fault_is: report.ruling.filter(|_| report.is_ruled(check)).map(Ruling::name),
            ..Check::of(check)
        }
    }

    pub(crate) fn of(check: &'a CheckReport) -> Self {
        let clause = check.clause;
        Check {
            id: clause.id,
            program: clause.program,
            tier: match clause.tier {
                Tier::Core => "core",
                Tier::Stretch => "stretch",
            },
            title: clause.title(),
            status: check.verdict.name(),
            points: check.verdict.is_decided().then(|| check.points()),
            max: clause.points,
            fault_is: None,
            duration_ms: check.duration.as_millis() as u64,
            finding: check.finding.as_deref().map(escape::text),
            failure: Report::of(check),
        }
    }
}

impl<'a> Report<'a> {
    fn of(check: &'a CheckReport) -> Option<Self> {
        let plain = |summary: &str| Report {
            kind: check.verdict.name(),
            summary: escape::text(summary),
            expected: None,
            got: None,
            parts: None,
            difference_at: None,
            why: &check.clause.words().lesson,
            hint: &check.clause.words().hints[0],
            transcript: Vec::new(),
            kernel: Vec::new(),
            output: String::new(),
        };
        match &check.verdict {
            Verdict::Passed => None,
            Verdict::Skipped(reason) => Some(plain(reason)),
            Verdict::Error(fault) => Some(plain(&fault.message)),
            Verdict::Failed(failure) => Some(plain(&failure.summary).with(failure)),
        }
    }

    fn with(self, failure: &Failure) -> Self {
        let (expected, got, difference_at) = match (&failure.expected, &failure.got) {
            (Some(Shown::Bytes(expected)), Some(Shown::Bytes(got))) => {
                let comparison = escape::compare(expected, got, COLUMNS);
                let offset = comparison.difference.map(|difference| difference.offset);
                (Some(comparison.expected), Some(comparison.got), offset)
            }
            (expected, got) => (expected.as_ref().map(shown), got.as_ref().map(shown), None),
        };
        Report {
            kind: failure.kind.name(),
            expected,
            got,
            parts: failure.credit.map(|credit| Parts { right: credit.right, of: credit.of }),
            difference_at,
            transcript: failure.transcript.iter().map(Rung::of).collect(),
            kernel: failure.kernel.iter().map(Thread::of).collect(),
            output: escape::escape(&failure.output),
            ..self
        }
    }
}

fn shown(shown: &Shown) -> String {
    match shown {
        Shown::Bytes(bytes) => escape::cut(bytes, COLUMNS),
        Shown::Text(text) => escape::text(text),
    }
}

impl Rung {
    fn of(event: &Event) -> Self {
        Rung {
            t_us: event.t_us,
            peer: escape::text(&event.peer),
            event: name(event.action),
            data: escape::escape(&event.data),
            data_length: event.length,
        }
    }
}

fn name(action: Action) -> &'static str {
    match action {
        Action::Start => "start",
        Action::Listen => "listen",
        Action::Connect => "connect",
        Action::Accept => "accept",
        Action::Send => "send",
        Action::Receive => "receive",
        Action::HalfClose => "half_close",
        Action::Close => "close",
        Action::Reset => "reset",
        Action::PeerClosed => "peer_closed",
        Action::PeerReset => "peer_reset",
        Action::Input => "input",
        Action::InputEnd => "input_end",
        Action::Exit => "exit",
        Action::Note => "note",
    }
}

impl Thread {
    fn of(thread: &ThreadView) -> Self {
        Thread {
            process: escape::text(&thread.process),
            pid: thread.pid,
            thread: escape::text(&thread.thread),
            call: thread.call.clone(),
            timeout_ms: thread.timeout_ms,
            socket: thread.socket.as_ref().map(ToString::to_string),
            object: thread.object.as_deref().map(escape::text),
        }
    }
}
