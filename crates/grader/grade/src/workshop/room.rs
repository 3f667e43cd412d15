//! The process that builds one submission. Like a check it starts as this binary once again, so that it is small and has one
//! thread when it makes its room. What it runs there, cargo say, is run as a submission is: the compiler works on what nobody
//! trusts, and reads whatever it is told to.

use crate::files;
use model::Fault;
use rustix::event::{PollFd, PollFlags, poll};
use sandbox::{Ended, Limits, Room, Submission, View};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The first argument that makes the binary a worker that builds.
pub const ARGUMENT: &str = "__build";

/// Where it is built, inside the room; the same for all, since the compiler's output depends on it.
pub(super) const PLACE: &str = "/tmp/submission";
/// What a build may use. Its processes, files and folders are held to it by the kernel.
const LIMITS: Limits = Limits {
    memory: 2 << 30,
    tasks: 512,
    processor: 120,
    sleep: 60,
    file: 256 << 20,
    folder: 1 << 30,
    open_files: 4096,
    output: 64 << 20,
};
/// What is kept of the compiler's words.
const WORDS: usize = 1 << 16;

/// What a worker needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// What must be there to be read.
    pub(super) exposed: Vec<PathBuf>,
    /// What must not.
    pub(super) hidden: Vec<PathBuf>,
    /// Folders that are copied into the room, each with where to.
    pub(super) copies: Vec<(PathBuf, PathBuf)>,
    /// What is run.
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) directory: PathBuf,
    pub(super) environment: Vec<(String, String)>,
    pub(super) harvest: Harvest,
}

/// What is wanted of what was built.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Harvest {
    /// These files: where in the room, where to, and what to say where one is missing.
    Files(Vec<(PathBuf, PathBuf, String)>),
    /// All of the place, packed into this file.
    Folder(PathBuf),
}

/// What a worker has to say.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// All executables are there.
    Built,
    /// They are not, for a reason that lies in the submission.
    Refused(String),
    /// They are not, for another.
    Fault(String),
}

/// Gives a plan to a new worker and waits for its answer.
pub(super) fn ask(plan: &Plan) -> Result<Answer, Fault> {
    let fault = |error: io::Error| Fault::new(format!("the building process: {error}"));
    let mut worker = Command::new("/proc/self/exe")
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(fault)?;
    let text = serde_json::to_vec(plan).map_err(|error| fault(error.into()))?;
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
            Harvest::Files(files) => files.iter().map(|(_, target, _)| File::create(target)).collect(),
            Harvest::Folder(archive) => File::create(archive).map(|file| vec![file]),
        };
        Ok((plan, targets?))
    });
    let (plan, targets) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            eprintln!("error: {ARGUMENT} is for the grader's own use ({error})");
            return 2;
        }
    };
    let view =
        View { exposed: plan.exposed.clone(), hidden: plan.hidden.clone(), folder_size: LIMITS.folder };
    sandbox::enter(&view, |room| {
        let answer = match room {
            Ok(room) => build(&plan, room, targets),
            Err(refusal) => Ok(Answer::Fault(refusal.to_string())),
        };
        let answer = answer.unwrap_or_else(|error| Answer::Fault(format!("building in the room: {error}")));
        i32::from(serde_json::to_writer(io::stdout(), &answer).is_err())
    })
}

fn read_plan() -> io::Result<Plan> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn build(plan: &Plan, room: Room, targets: Vec<File>) -> io::Result<Answer> {
    for (from, to) in &plan.copies {
        files::copy(from, to)?;
    }
    let command = sandbox::Command {
        program: plan.program.clone(),
        arguments: plan.arguments.clone(),
        directory: plan.directory.clone(),
        environment: plan.environment.clone(),
        limits: LIMITS,
        open_files: None,
        quiet: false,
    };
    let mut submission = Submission::start(room, &command).map_err(io::Error::other)?;
    let (ended, words) = attend(&mut submission)?;
    // Nothing of it goes on while what it has made is looked at.
    drop(submission);
    if ended != Ended::Exited(0) {
        return Ok(Answer::Refused(
            format!("{}\nthe build {ended}", words.trim_end()).trim_start().to_owned(),
        ));
    }
    harvest(&plan.harvest, targets)
}

fn harvest(harvest: &Harvest, targets: Vec<File>) -> io::Result<Answer> {
    match harvest {
        Harvest::Files(files) => {
            for ((made, _, missing), mut target) in files.iter().zip(targets) {
                // What nobody trusts has made it: a link would lead elsewhere.
                if !fs::symlink_metadata(made).is_ok_and(|data| data.is_file()) {
                    return Ok(Answer::Refused(missing.clone()));
                }
                io::copy(&mut File::open(made)?, &mut target)?;
            }
        }
        Harvest::Folder(_) => {
            for archive in targets {
                files::pack(Path::new(PLACE), archive)?;
            }
        }
    }
    Ok(Answer::Built)
}

/// Takes in what the compiler says until it has ended.
fn attend(submission: &mut Submission) -> io::Result<(Ended, String)> {
    let mut words = Vec::new();
    loop {
        let ended = submission.ended()?;
        for stream in [&submission.output, &submission.error] {
            drain(stream, &mut words)?;
        }
        if let Some(ended) = ended {
            return Ok((ended, String::from_utf8_lossy(&words).into_owned()));
        }
        let mut polled = [
            PollFd::from_borrowed_fd(submission.end_signal(), PollFlags::IN),
            PollFd::new(&submission.output, PollFlags::IN),
            PollFd::new(&submission.error, PollFlags::IN),
        ];
        poll(&mut polled, None)?;
    }
}

/// Reads what there is, and keeps the beginning: the first errors are those that count.
fn drain(stream: impl std::os::fd::AsFd, words: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; 1 << 14];
    loop {
        match rustix::io::read(&stream, &mut buffer) {
            Ok(0) | Err(rustix::io::Errno::AGAIN) => return Ok(()),
            Ok(count) => {
                let room = WORDS.saturating_sub(words.len());
                words.extend_from_slice(&buffer[..count.min(room)]);
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
