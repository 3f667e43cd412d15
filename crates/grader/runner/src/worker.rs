//! The process of one check. The grader starts its own binary again for it, so that it is small and has one
//! thread when it makes its namespaces; the plan comes on standard input, the answer goes to standard output.

use checks::{Session, Setup};
use model::{Fault, Verdict};
use sandbox::{Refusal, Room, Template};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// The first argument that makes the binary a worker.
pub const ARGUMENT: &str = "__check";

/// What a worker is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The clause to decide and the program to decide it for; none for a probe of whether a room can be made.
    pub(crate) check: Option<(String, String)>,
    pub(crate) seed: u64,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) document: Option<String>,
    pub(crate) isolated: bool,
    /// Only start the clause's program so many times instead of deciding it.
    pub(crate) bare: Option<usize>,
}

/// What a worker has to say.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The system refused the room; why, and what would help.
    Refused(String),
    /// What became of the check, and how many programs it started.
    Decided(Box<Verdict>, usize),
}

/// Gives a plan to a new worker and waits for its answer.
///
/// The worker dies with the thread that calls this, see `sandbox`.
pub(crate) fn ask(plan: &Plan) -> Result<Answer, Fault> {
    let fault = |what: &str, error: io::Error| Fault::new(format!("{what} the check's process: {error}"));
    let mut worker = Command::new("/proc/self/exe")
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| fault("starting", error))?;
    let plan = serde_json::to_vec(plan).map_err(|error| fault("telling", error.into()))?;
    if let Some(mut input) = worker.stdin.take() {
        // A worker that has broken already says why in its output.
        let _ = input.write_all(&plan);
    }
    let output = worker.wait_with_output().map_err(|error| fault("hearing from", error))?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let words = String::from_utf8_lossy(&output.stderr);
        Fault::new(format!("the check's process broke ({}): {}", output.status, words.trim()))
    })
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
    let status = if plan.isolated {
        let exposed: Vec<PathBuf> = plan.templates.values().flat_map(Template::paths).collect();
        sandbox::enter(&exposed, |room| answer(plan, room))
    } else {
        match Room::shared() {
            Ok(room) => answer(plan, Ok(room)),
            Err(error) => {
                eprintln!("{error}");
                3
            }
        }
    };
    ExitCode::from(u8::try_from(status).unwrap_or(3))
}

fn read_plan() -> io::Result<Plan> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn answer(plan: Plan, room: Result<Room, Refusal>) -> i32 {
    let answer = match room {
        Ok(room) => {
            let (verdict, starts) = decide(plan, room);
            Answer::Decided(Box::new(verdict), starts)
        }
        Err(refusal) => Answer::Refused(refusal.to_string()),
    };
    let told = serde_json::to_writer(io::stdout(), &answer).map_err(io::Error::from);
    match told.and_then(|()| io::stdout().flush()) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("the verdict could not be told: {error}");
            3
        }
    }
}

fn decide(plan: Plan, room: Room) -> (Verdict, usize) {
    let Some((id, program)) = plan.check else { return (Verdict::Passed, 0) };
    let found = checks::suites().iter().find_map(|suite| Some((suite, suite.check(&id, &program)?)));
    let Some((suite, check)) = found else {
        return (Verdict::Error(Fault::new(format!("there is no clause {id} about {program}"))), 0);
    };
    let setup = Setup {
        room,
        program: check.clause.program,
        templates: plan.templates,
        programs: suite.lab.programs,
        document: plan.document,
        seed: plan.seed,
    };
    match Session::new(setup) {
        Ok(session) => match plan.bare {
            Some(starts) => (session.start_only(check.clause.program, starts).into(), starts),
            None => session.decide(check.decide),
        },
        Err(fault) => (Verdict::Error(fault), 0),
    }
}
