//! The process that builds one submission. Everything that it runs in its room, for example cargo, is confined like a submission: the
//! compiler works on untrusted files, and reads whatever they name.

use super::attend::{Course, attend};
use crate::files;
use model::Fault;
use runner::budget;
use sandbox::worker::{self, Request};
use sandbox::{Ended, Entrance, Limits, Room, Submission, View};
use serde::{Deserialize, Serialize};
use session::Watch;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The first argument that makes the binary a worker that builds.
pub const ARGUMENT: &str = "__build";

/// Where it is built, inside the room. The place is the same for all, since the compiler's output depends on it.
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

/// The request to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BuildRequest {
    /// What must be readable.
    pub(super) exposed: Vec<PathBuf>,
    /// What must be hidden.
    pub(super) hidden: Vec<PathBuf>,
    /// Folders that are copied into the room, each with its destination.
    pub(super) copies: Vec<(PathBuf, PathBuf)>,
    /// Copied files that are not wanted.
    pub(super) left_out: Vec<PathBuf>,
    /// The program that is run.
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) directory: PathBuf,
    pub(super) environment: Vec<(String, String)>,
    pub(super) harvest: Harvest,
    /// What it may use.
    pub(super) limits: Limits,
}

/// What is taken from the finished build.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Harvest {
    /// These files, if they exist: the name, the path in the room, and the destination.
    Files(Vec<(String, PathBuf, PathBuf)>),
    /// Everything in the place, packed into this file.
    Folder(PathBuf),
}

/// The answer of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// It is built, or these files of it are; and the compiler's messages if some are missing.
    Built { made: Vec<String>, words: String },
    /// It is not built, for a reason that lies in the submission.
    Refused(String),
    /// It was stopped, since it used too much or never ended. `lacked` says whether it used too much memory or too many processes, of which
    /// there might have been more.
    Stopped { why: String, lacked: bool },
    /// It is not built, for another reason.
    Fault(Fault),
}

/// Builds in a worker, as soon as enough of the budget of all checks and builds is free.
pub(super) fn build(request: &BuildRequest) -> Result<Answer, Fault> {
    let lacked = |answer: &Result<Answer, Fault>, had_less| match answer {
        Err(fault) | Ok(Answer::Fault(fault)) => fault.is_scarcity,
        Ok(Answer::Stopped { lacked, .. }) => had_less && *lacked,
        Ok(Answer::Built { .. } | Answer::Refused(_)) => false,
    };
    let ask = |limits| {
        let request = BuildRequest { limits, ..request.clone() };
        worker::ask(&request, None).map_err(|error| Fault::at("the building process", &error))
    };
    budget::spend(request.limits, 0, ask, lacked)
}

impl Request for BuildRequest {
    const ARGUMENT: &'static str = ARGUMENT;
    type Answer = Answer;

    fn limits(&self) -> Option<&Limits> {
        Some(&self.limits)
    }

    fn view(&self) -> Option<View> {
        let (exposed, hidden) = (self.exposed.clone(), self.hidden.clone());
        Some(View { exposed, hidden, folder_size: self.limits.folder })
    }
}

/// The main function of a worker.
pub fn main() -> ExitCode {
    let open = |request: &BuildRequest| match &request.harvest {
        Harvest::Files(files) => files.iter().map(|(_, _, target)| File::create(target)).collect(),
        Harvest::Folder(archive) => File::create(archive).map(|file| vec![file]),
    };
    worker::main(open, |request, targets, group, room| match room {
        Ok(room) => build_in(room, &request, targets, group)
            .unwrap_or_else(|error| Answer::Fault(Fault::at("building in the room", &error))),
        Err(refusal) => Answer::Fault(Fault::by(refusal.to_string(), refusal.error_number())),
    })
}

fn build_in(
    room: Room,
    request: &BuildRequest,
    targets: Vec<File>,
    group: Option<Entrance>,
) -> io::Result<Answer> {
    for (from, to) in &request.copies {
        files::copy(from, to)?;
    }
    request.left_out.iter().try_for_each(fs::remove_file)?;
    let command = sandbox::Command {
        program: request.program.clone(),
        arguments: request.arguments.clone(),
        directory: request.directory.clone(),
        environment: request.environment.clone(),
        limits: request.limits,
        open_files: None,
        quiet: false,
    };
    let watch = Watch::new(request.limits, group);
    let mut submission = Submission::start(room, &command, watch.group())?;
    let (course, words) = attend(&mut submission, room, watch)?;
    // None of its processes may run while its products are examined.
    drop(submission);
    let why = match course {
        Course::Stopped { why, lacked } => {
            return Ok(Answer::Stopped { why: paragraphs(&why, &words), lacked });
        }
        Course::OutOfMemory => return Ok(Answer::Fault(Fault::scarcity("the machine ran out of memory"))),
        Course::Ended(Ended::Exited(0)) => None,
        // A program of the machine must start.
        Course::Ended(ended @ Ended::NotStarted(_)) if !request.program.starts_with(PLACE) => {
            return Err(io::Error::other(format!("{} {ended}", request.program.display())));
        }
        Course::Ended(ended) => Some(paragraphs(&words, &format!("the build {ended}"))),
    };
    match &request.harvest {
        Harvest::Files(files) => harvest_files(files, targets, why),
        Harvest::Folder(_) => why.map_or_else(|| harvest_folder(targets), |why| Ok(Answer::Refused(why))),
    }
}

fn paragraphs(first: &str, second: &str) -> String {
    format!("{}\n\n{}", first.trim_end(), second.trim_end()).trim().to_owned()
}

/// Takes the files that exist: a build that failed in one part may have made the others.
fn harvest_files(
    files: &[(String, PathBuf, PathBuf)],
    targets: Vec<File>,
    why: Option<String>,
) -> io::Result<Answer> {
    let mut made = Vec::new();
    for ((name, source, _), mut target) in files.iter().zip(targets) {
        // An untrusted build has made it: a link would lead elsewhere.
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

/// Takes everything in the place.
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
