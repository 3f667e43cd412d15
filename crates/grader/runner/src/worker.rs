//! The process of one check: its request, its answer, and its work.

use model::{Decision, Fault, Picture, Verdict};
use sandbox::worker::{self, Request};
use sandbox::{Entrance, Limits, Room, Template, View};
use serde::{Deserialize, Serialize};
use session::{Session, Setup};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// The first argument that makes the binary a worker.
pub const ARGUMENT: &str = "__check";

/// The task of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Nothing: find out whether a room can be made.
    Probe,
    /// Decide this clause for this program.
    Decide { id: String, program: String, keep: Keep },
    /// Only start this program of this clause `times` times.
    StartOnly { id: String, program: String, times: usize },
    /// Start this program of this lab, connect `clients` clients, and take a picture for each line of input.
    Show { lab: String, program: String, clients: usize },
}

/// What is kept from a check beside its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Keep {
    Nothing,
    /// The record.
    Record,
    /// The record, and the packets in this file.
    Packets(PathBuf),
}

/// The request to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CheckRequest {
    pub(crate) task: Task,
    pub(crate) seed: u64,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) document: Option<String>,
    pub(crate) isolated: bool,
    pub(crate) hidden: Vec<PathBuf>,
    pub(crate) limits: Limits,
    /// How many processes and threads the machine allows in all.
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

/// The answer of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The system refused the room; the reason and the cure.
    Refused(Fault),
    /// The result of the check.
    Decided(Box<Decision>),
    /// A picture.
    Shown(Box<Picture>),
}

impl From<Decision> for Answer {
    fn from(decision: Decision) -> Self {
        Answer::Decided(Box::new(decision))
    }
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

/// The fault for an error in the exchange with a worker.
pub(crate) fn fault(error: &io::Error) -> Fault {
    Fault::at("the check's process", error)
}

/// The main function of a worker.
pub fn main() -> ExitCode {
    let open = |request: &CheckRequest| match &request.task {
        Task::Decide { keep: Keep::Packets(path), .. } => File::create(path)
            .map(Some)
            .map_err(|error| io::Error::new(error.kind(), format!("the packets cannot be kept: {error}"))),
        _ => Ok(None),
    };
    worker::main(open, |request, packets, group, room| match room {
        Ok(room) => work(request, room, packets, group).into(),
        Err(refusal) => Answer::Refused(Fault::by(refusal.to_string(), refusal.error_number())),
    })
}

fn work(request: CheckRequest, room: Room, packets: Option<File>, group: Option<Entrance>) -> Decision {
    let unknown = |task: &Task| Fault::new(format!("nothing is known of {task:?}")).into();
    let CheckRequest { task, seed, templates, document, limits, tasks_allowed, .. } = request;
    let (lab, id, program) = match &task {
        Task::Probe => return Verdict::Passed.into(),
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
        Err(fault) => return fault.into(),
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
            Verdict::from(shown).into()
        }
        (Task::StartOnly { times, .. }, _) => Verdict::from(session.start_only(program, times)).into(),
        (Task::Decide { keep, .. }, Some(check)) => {
            let keep = (keep != Keep::Nothing).then_some(packets);
            session.decide(check.needs, check.decide, keep)
        }
        (task, _) => unknown(&task),
    }
}
