//! The process of one check. The grader starts its own binary again for it, so that it is small and has one
//! thread when it makes its namespaces; the plan comes on standard input as one line, answers go to standard output
//! as one line each.

use model::{Fault, Picture, Record, Verdict};
use sandbox::{Entrance, Group, Limits, Refusal, Room, Template, View};
use serde::{Deserialize, Serialize};
use session::{Decision, Session, Setup};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
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
pub(crate) struct Plan {
    pub(crate) task: Task,
    pub(crate) seed: u64,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) document: Option<String>,
    pub(crate) isolated: bool,
    pub(crate) hidden: Vec<PathBuf>,
    pub(crate) limits: Limits,
    /// The folders of the control group for what is started, where there is one.
    pub(crate) group: Vec<PathBuf>,
    /// How many processes and threads the machine allows at all.
    pub(crate) tasks_allowed: u64,
}

impl Plan {
    pub(crate) fn probe() -> Plan {
        Plan {
            task: Task::Probe,
            seed: 0,
            templates: BTreeMap::new(),
            document: None,
            isolated: true,
            hidden: Vec::new(),
            limits: Limits::USUAL,
            group: Vec::new(),
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

/// How a check went, beside its verdict; see [`session::Decision`].
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) lacked: bool,
    pub(crate) used: Duration,
    pub(crate) stopped_at_start: bool,
}

/// A worker that is at work. It dies with the thread that started it, see `sandbox`, and when this is dropped.
#[derive(Debug)]
pub struct Worker {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Goes when the process has.
    _group: Option<Group>,
}

/// Starts this binary once again as a worker of the kind that the argument names, whose standard streams are pipes.
///
/// # Errors
/// When no process can be started.
pub fn start_again(argument: &str) -> io::Result<Child> {
    Command::new("/proc/self/exe")
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Gives a plan to a new worker.
pub(crate) fn start(mut plan: Plan) -> Result<Worker, Fault> {
    let group = Group::make(&plan.limits);
    plan.group = group.as_ref().map(|group| group.folders().to_vec()).unwrap_or_default();
    let mut process =
        start_again(ARGUMENT).map_err(|error| Fault::at("starting the check's process", &error))?;
    let mut plan = serde_json::to_vec(&plan).map_err(|error| Fault::new(error.to_string()))?;
    plan.push(b'\n');
    let mut input = process.stdin.take();
    let output = process.stdout.take().ok_or_else(|| Fault::new("the check's process has no output"))?;
    if let Some(input) = &mut input {
        // A worker that has broken already says why in its output.
        let _ = input.write_all(&plan);
    }
    Ok(Worker { process, input, output: BufReader::new(output), _group: group })
}

/// Gives a plan to a new worker and waits for its answer.
pub(crate) fn ask(plan: Plan) -> Result<Answer, Fault> {
    let mut worker = start(plan)?;
    worker.input = None;
    worker.answer()
}

impl Worker {
    /// Asks for one more answer.
    pub(crate) fn next(&mut self) -> Result<Answer, Fault> {
        if let Some(input) = &mut self.input {
            // As above.
            let _ = input.write_all(b"\n");
        }
        self.answer()
    }

    fn answer(&mut self) -> Result<Answer, Fault> {
        let mut line = Vec::new();
        let read = self.output.read_until(b'\n', &mut line);
        read.map_err(|error| Fault::at("hearing from the check's process", &error))?;
        serde_json::from_slice(&line).map_err(|_| self.broke())
    }

    /// What is known of a worker that gave no answer.
    fn broke(&mut self) -> Fault {
        self.input = None;
        let mut words = String::new();
        if let Some(error) = &mut self.process.stderr {
            // What is not text, or cannot be read, is left out.
            let _ = error.read_to_string(&mut words);
        }
        let status = self.process.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        Fault::new(format!("the check's process broke ({status}): {}", words.trim()))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It ends by itself when it has answered, or when there is nothing more to read.
        self.input = None;
        let _ = self.process.wait();
    }
}

/// The worker itself.
pub fn main() -> ExitCode {
    let plan = match read_plan() {
        Ok(plan) => plan,
        Err(error) => {
            eprintln!("error: {ARGUMENT} is for the grader's own use ({error})");
            return ExitCode::from(2);
        }
    };
    // Both are opened while this process may still do so: in the room it is another user, and everything is read-only.
    let group = match Entrance::open(&plan.group) {
        Ok(group) => group,
        Err(error) => {
            eprintln!("the control group cannot be entered: {error}");
            return ExitCode::from(3);
        }
    };
    let packets = match &plan.task {
        Task::Decide { keep: Keep::Packets(path), .. } => File::create(path).map(Some),
        _ => Ok(None),
    };
    let packets = match packets {
        Ok(packets) => packets,
        Err(error) => {
            eprintln!("the packets cannot be kept: {error}");
            return ExitCode::from(3);
        }
    };
    let status = if plan.isolated {
        let view = View {
            exposed: plan.templates.values().flat_map(Template::paths).collect(),
            hidden: plan.hidden.clone(),
            folder_size: plan.limits.folder,
        };
        sandbox::enter(&view, |room| answer(plan, room, packets, group))
    } else {
        match Room::shared() {
            Ok(room) => answer(plan, Ok(room), packets, group),
            Err(error) => {
                eprintln!("{error}");
                3
            }
        }
    };
    ExitCode::from(u8::try_from(status).unwrap_or(3))
}

fn read_plan() -> io::Result<Plan> {
    let mut text = String::new();
    io::stdin().read_line(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

fn answer(plan: Plan, room: Result<Room, Refusal>, packets: Option<File>, group: Option<Entrance>) -> i32 {
    let told = match room {
        Ok(room) => work(plan, room, packets, group),
        Err(refusal) => tell(&Answer::Refused(Fault::by(refusal.to_string(), refusal.error_number()))),
    };
    match told {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("the answer could not be told: {error}");
            3
        }
    }
}

fn tell(answer: &Answer) -> io::Result<()> {
    let mut text = serde_json::to_vec(answer)?;
    text.push(b'\n');
    io::stdout().write_all(&text)?;
    io::stdout().flush()
}

fn work(plan: Plan, room: Room, packets: Option<File>, group: Option<Entrance>) -> io::Result<()> {
    let decided = |verdict: Verdict, starts: usize| {
        tell(&Answer::Decided {
            verdict: Box::new(verdict),
            finding: None,
            starts,
            record: None,
            course: Course::default(),
        })
    };
    let fault = |what: String| decided(Verdict::Error(Fault::new(what)), 0);
    let Plan { task, seed, templates, document, limits, tasks_allowed, .. } = plan;
    let (lab, id, program) = match &task {
        Task::Probe => return decided(Verdict::Passed, 0),
        Task::Decide { id, program, .. } | Task::StartOnly { id, program, .. } => (None, Some(id), program),
        Task::Show { lab, program, .. } => (Some(lab), None, program),
    };
    let found = checks::suites().iter().find_map(|suite| {
        let check = id.and_then(|id| suite.check(id, program));
        let is_it = check.is_some() || lab.is_some_and(|lab| *lab == suite.lab.name());
        is_it.then_some((suite, check, suite.lab.subjects().find(|subject| subject == program)?))
    });
    let Some((suite, check, program)) = found else { return fault(format!("nothing is known of {task:?}")) };
    let programs = suite.lab.programs;
    let setup = Setup { room, program, templates, programs, document, limits, group, tasks_allowed, seed };
    let session = match Session::new(setup) {
        Ok(session) => session,
        Err(fault) => return decided(Verdict::Error(fault), 0),
    };
    match (task, check) {
        (Task::Show { clients, .. }, _) => {
            let mut lines = io::stdin().lines();
            let shown = session.show(clients, |program| {
                if lines.next().is_none() {
                    return Ok(false);
                }
                let picture = Answer::Shown(Box::new(program.picture()?));
                Ok(tell(&picture).is_ok())
            });
            decided(shown.into(), 1)
        }
        (Task::StartOnly { times, .. }, _) => decided(session.start_only(program, times).into(), times),
        (Task::Decide { keep, .. }, Some(check)) => {
            let is_kept = keep != Keep::Nothing;
            let decision = session.decide(check.needs, check.decide, is_kept.then_some(packets));
            let Decision { lacked, used, stopped_at_start, .. } = decision;
            tell(&Answer::Decided {
                verdict: Box::new(decision.verdict),
                finding: decision.finding,
                starts: decision.starts,
                course: Course { lacked, used, stopped_at_start },
                record: is_kept.then_some(decision.record),
            })
        }
        (task, _) => fault(format!("nothing is known of {task:?}")),
    }
}
