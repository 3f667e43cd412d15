//! The process that builds one submission. Like a check it starts as this binary once again, so that it is small and has one
//! thread when it makes its room. What it runs there, cargo say, is run as a submission is: the compiler works on what nobody
//! trusts, and reads whatever it is told to.

use super::attend::{Course, attend};
use crate::files;
use model::Fault;
use runner::budget;
use sandbox::{Ended, Entrance, Group, Limits, Room, Submission, View};
use serde::{Deserialize, Serialize};
use session::Watch;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The first argument that makes the binary a worker that builds.
pub const ARGUMENT: &str = "__build";

/// Where it is built, inside the room; the same for all, since the compiler's output depends on it.
pub(super) const PLACE: &str = "/tmp/submission";
/// What a build may use.
pub(super) const LIMITS: Limits = Limits {
    memory: 2 << 30,
    tasks: 512,
    processor: 60,
    sleep: 60,
    file: 256 << 20,
    folder: 1 << 30,
    open_files: 4096,
    output: 16 << 20,
};

/// What a worker needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// What must be there to be read.
    pub(super) exposed: Vec<PathBuf>,
    /// What must not.
    pub(super) hidden: Vec<PathBuf>,
    /// Folders that are copied into the room, each with where to.
    pub(super) copies: Vec<(PathBuf, PathBuf)>,
    /// Files of what was copied that are not wanted.
    pub(super) left_out: Vec<PathBuf>,
    /// What is run.
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) directory: PathBuf,
    pub(super) environment: Vec<(String, String)>,
    pub(super) harvest: Harvest,
    /// What it may use.
    pub(super) limits: Limits,
    /// The folders of its control group.
    pub(super) group: Vec<PathBuf>,
}

/// What is wanted of what was built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Harvest {
    /// These files, as far as there are any: what they are called, where in the room, and where to.
    Files(Vec<(String, PathBuf, PathBuf)>),
    /// All of the place, packed into this file.
    Folder(PathBuf),
}

/// What a worker has to say.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// It is built, or these files of it; what the compiler said where some are missing.
    Built { made: Vec<String>, words: String },
    /// It is not, for a reason that lies in the submission.
    Refused(String),
    /// It was stopped, since it used too much or came to no end; whether of memory or processes, of which there might have been more.
    Stopped { why: String, lacked: bool },
    /// It is not, for another reason.
    Fault(Fault),
}

/// Builds by a worker, as soon as there is enough for it of what all checks and builds share.
pub(super) fn build(plan: &Plan) -> Result<Answer, Fault> {
    let lacked = |answer: &Result<Answer, Fault>, had_less| match answer {
        Err(fault) | Ok(Answer::Fault(fault)) => fault.is_scarcity,
        Ok(Answer::Stopped { lacked, .. }) => had_less && *lacked,
        Ok(Answer::Built { .. } | Answer::Refused(_)) => false,
    };
    budget::spend(plan.limits, 0, |limits| ask(Plan { limits, ..plan.clone() }), lacked)
}

/// Gives a plan to a new worker and waits for its answer.
fn ask(mut plan: Plan) -> Result<Answer, Fault> {
    let fault = |error: io::Error| Fault::at("the building process", &error);
    // Until the worker is gone.
    let group = Group::make(&plan.limits);
    plan.group = group.as_ref().map(|group| group.folders().to_vec()).unwrap_or_default();
    let mut worker = runner::worker::start_again(ARGUMENT).map_err(fault)?;
    let text = serde_json::to_vec(&plan).map_err(|error| fault(error.into()))?;
    if let Some(mut input) = worker.stdin.take() {
        // A worker that has broken already says why.
        let _ = input.write_all(&text);
    }
    let output = worker.wait_with_output().map_err(fault)?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let words = String::from_utf8_lossy(&output.stderr);
        Fault::new(format!("the building process broke ({}): {}", output.status, words.trim()))
    })
}

/// The worker itself; returns its exit status.
pub fn main() -> i32 {
    let begun = read_plan().and_then(|plan| {
        // Opened while this process may still do so: in the room it is another user, and everything is read-only.
        let targets = match &plan.harvest {
            Harvest::Files(files) => files.iter().map(|(_, _, target)| File::create(target)).collect(),
            Harvest::Folder(archive) => File::create(archive).map(|file| vec![file]),
        };
        let group = Entrance::open(&plan.group)?;
        Ok((plan, targets?, group))
    });
    let (plan, targets, group) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            eprintln!("error: {ARGUMENT} is for the grader's own use ({error})");
            return 2;
        }
    };
    let view =
        View { exposed: plan.exposed.clone(), hidden: plan.hidden.clone(), folder_size: plan.limits.folder };
    sandbox::enter(&view, |room| {
        let answer = match room {
            Ok(room) => build_in(room, &plan, targets, group),
            Err(refusal) => Ok(Answer::Fault(Fault::by(refusal.to_string(), refusal.error_number()))),
        };
        let answer = answer.unwrap_or_else(|error| Answer::Fault(Fault::at("building in the room", &error)));
        i32::from(serde_json::to_writer(io::stdout(), &answer).is_err())
    })
}

fn read_plan() -> io::Result<Plan> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn build_in(room: Room, plan: &Plan, targets: Vec<File>, group: Option<Entrance>) -> io::Result<Answer> {
    for (from, to) in &plan.copies {
        files::copy(from, to)?;
    }
    plan.left_out.iter().try_for_each(fs::remove_file)?;
    let command = sandbox::Command {
        program: plan.program.clone(),
        arguments: plan.arguments.clone(),
        directory: plan.directory.clone(),
        environment: plan.environment.clone(),
        limits: plan.limits,
        open_files: None,
        quiet: false,
    };
    let watch = Watch::new(plan.limits, group);
    let mut submission = Submission::start(room, &command, watch.group())?;
    let (course, words) = attend(&mut submission, room, watch)?;
    // Nothing of it goes on while what it has made is looked at.
    drop(submission);
    let why = match course {
        Course::Stopped { why, lacked } => {
            return Ok(Answer::Stopped { why: paragraphs(&why, &words), lacked });
        }
        Course::OutOfMemory => return Ok(Answer::Fault(Fault::scarcity("the machine ran out of memory"))),
        Course::Ended(Ended::Exited(0)) => None,
        // What is the machine's own must start.
        Course::Ended(ended @ Ended::NotStarted(_)) if !plan.program.starts_with(PLACE) => {
            return Err(io::Error::other(format!("{} {ended}", plan.program.display())));
        }
        Course::Ended(ended) => Some(paragraphs(&words, &format!("the build {ended}"))),
    };
    match &plan.harvest {
        Harvest::Files(files) => harvest_files(files, targets, why),
        Harvest::Folder(_) => why.map_or_else(|| harvest_folder(targets), |why| Ok(Answer::Refused(why))),
    }
}

fn paragraphs(first: &str, second: &str) -> String {
    format!("{}\n\n{}", first.trim_end(), second.trim_end()).trim().to_owned()
}

/// Takes those files that there are: a build that failed in one part may have made the others.
fn harvest_files(
    files: &[(String, PathBuf, PathBuf)],
    targets: Vec<File>,
    why: Option<String>,
) -> io::Result<Answer> {
    let mut made = Vec::new();
    for ((name, source, _), mut target) in files.iter().zip(targets) {
        // What nobody trusts has made it: a link would lead elsewhere.
        if fs::symlink_metadata(source).is_ok_and(|data| data.is_file()) {
            io::copy(&mut File::open(source)?, &mut target)?;
            made.push(name.clone());
        }
    }
    let why =
        why.or_else(|| (made.len() < files.len()).then(|| "the build made no executable of it".to_owned()));
    Ok(match why {
        Some(why) if made.is_empty() => Answer::Refused(why),
        words => Answer::Built { made, words: words.unwrap_or_default() },
    })
}

/// Takes all that lies in the place.
fn harvest_folder(targets: Vec<File>) -> io::Result<Answer> {
    let found = match files::regular(Path::new(PLACE), LIMITS.folder) {
        Ok(found) => found,
        Err(why) => return Ok(Answer::Refused(format!("what the build left cannot be taken: {why}"))),
    };
    for archive in targets {
        files::pack(Path::new(PLACE), &found, archive)?;
    }
    Ok(Answer::Built { made: Vec::new(), words: String::new() })
}
