//! The process of one check: what it is asked, what it answers, and what it does.

use model::{Fault, Picture, Record, Verdict};
use sandbox::worker::{self, Request};
use sandbox::{Entrance, Limits, Refusal, Room, Template, View};
use serde::{Deserialize, Serialize};
use session::{Decision, Session, Setup};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The first argument that makes the binary a worker.
pub const ARGUMENT: &str = "__check";

/// What a worker is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Nothing: find out whether a room can be made.
    Probe,
    /// Decide this clause for this program.
    Decide { id: String, program: String, keep: Keep },
    /// Only start the program of that clause so many times.
    StartOnly { id: String, program: String, times: usize },
    /// Start this program of this lab, connect so many clients, and take a picture for each line of input.
    Show { lab: String, program: String, clients: usize },
}

/// What is kept of a check beside its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Keep {
    Nothing,
    /// The record.
    Record,
    /// The record, and the packets in this file.
    Packets(PathBuf),
}

/// What a worker needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CheckRequest {
    pub(crate) task: Task,
    pub(crate) seed: u64,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) document: Option<String>,
    pub(crate) isolated: bool,
    pub(crate) hidden: Vec<PathBuf>,
    pub(crate) limits: Limits,
    /// How many processes and threads the machine allows at all.
    pub(crate) tasks_allowed: u64,
}

impl CheckRequest {
    pub(crate) fn probe() -> CheckRequest {
        CheckRequest {
            task: Task::Probe,
            seed: 0,
            templates: BTreeMap::new(),
            document: None,
            isolated: true,
            hidden: Vec::new(),
            limits: Limits::USUAL,
            tasks_allowed: u64::MAX,
        }
    }
}

/// What a worker has to say.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The system refused the room; why, and what would help.
    Refused(Fault),
    /// What became of the check.
    Decided {
        verdict: Box<Verdict>,
        finding: Option<String>,
        starts: usize,
        record: Option<Record>,
        course: Course,
    },
    /// A picture.
    Shown(Box<Picture>),
}

impl Answer {
    fn refused(refusal: &Refusal) -> Answer {
        Answer::Refused(Fault::by(refusal.to_string(), refusal.error_number()))
    }

    fn of(verdict: Verdict, starts: usize) -> Answer {
        let (verdict, course) = (Box::new(verdict), Course::default());
        Answer::Decided { verdict, finding: None, starts, record: None, course }
    }
}

/// How a check went, beside its verdict; see [`session::Decision`].
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) lacked: bool,
    pub(crate) used: Duration,
    pub(crate) stopped_at_start: bool,
}

impl Request for CheckRequest {
    const ARGUMENT: &'static str = ARGUMENT;
    type Answer = Answer;

    fn limits(&self) -> Option<&Limits> {
        Some(&self.limits)
    }

    fn view(&self) -> Option<View> {
        self.isolated.then(|| View {
            exposed: self.templates.values().flat_map(Template::paths).collect(),
            hidden: self.hidden.clone(),
            folder_size: self.limits.folder,
        })
    }
}

/// Makes a request to a new worker and waits for its answer.
pub(crate) fn ask(request: &CheckRequest) -> Result<Answer, Fault> {
    worker::ask(request, None).map_err(|error| fault(&error))
}

/// What an error in dealing with a worker is.
pub(crate) fn fault(error: &io::Error) -> Fault {
    Fault::at("the check's process", error)
}

/// The worker itself.
pub fn main() -> ExitCode {
    let open = |request: &CheckRequest| match &request.task {
        Task::Decide { keep: Keep::Packets(path), .. } => File::create(path)
            .map(Some)
            .map_err(|error| io::Error::new(error.kind(), format!("the packets cannot be kept: {error}"))),
        _ => Ok(None),
    };
    worker::main(open, |request, packets, group, room| match room {
        Ok(room) => work(request, room, packets, group),
        Err(refusal) => Answer::refused(&refusal),
    })
}

fn work(request: CheckRequest, room: Room, packets: Option<File>, group: Option<Entrance>) -> Answer {
    let unknown =
        |task: &Task| Answer::of(Verdict::Error(Fault::new(format!("nothing is known of {task:?}"))), 0);
    let CheckRequest { task, seed, templates, document, limits, tasks_allowed, .. } = request;
    let (lab, id, program) = match &task {
        Task::Probe => return Answer::of(Verdict::Passed, 0),
        Task::Decide { id, program, .. } | Task::StartOnly { id, program, .. } => (None, Some(id), program),
        Task::Show { lab, program, .. } => (Some(lab), None, program),
    };
    let found = checks::suites().iter().find_map(|suite| {
        let check = id.and_then(|id| suite.check(id, program));
        let is_it = check.is_some() || lab.is_some_and(|lab| *lab == suite.lab.name());
        is_it.then_some((suite, check, suite.lab.subjects().find(|subject| subject == program)?))
    });
    let Some((suite, check, program)) = found else { return unknown(&task) };
    let programs = suite.lab.programs;
    let setup = Setup { room, program, templates, programs, document, limits, group, tasks_allowed, seed };
    let session = match Session::new(setup) {
        Ok(session) => session,
        Err(fault) => return Answer::of(Verdict::Error(fault), 0),
    };
    match (task, check) {
        (Task::Show { clients, .. }, _) => {
            let mut lines = io::stdin().lines();
            let shown = session.show(clients, |program| {
                if lines.next().is_none() {
                    return Ok(false);
                }
                let picture = Answer::Shown(Box::new(program.picture()?));
                Ok(worker::tell::<CheckRequest>(&picture).is_ok())
            });
            Answer::of(shown.into(), 1)
        }
        (Task::StartOnly { times, .. }, _) => Answer::of(session.start_only(program, times).into(), times),
        (Task::Decide { keep, .. }, Some(check)) => {
            let is_kept = keep != Keep::Nothing;
            let decision = session.decide(check.needs, check.decide, is_kept.then_some(packets));
            let Decision { lacked, used, stopped_at_start, .. } = decision;
            Answer::Decided {
                verdict: Box::new(decision.verdict),
                finding: decision.finding,
                starts: decision.starts,
                course: Course { lacked, used, stopped_at_start },
                record: is_kept.then_some(decision.record),
            }
        }
        (task, _) => unknown(&task),
    }
}
