//! What the grader's programs have in common on the command line: how they begin and end, when they colour what they write, and the
//! formats that all of them know.

use anstream::ColorChoice;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::fmt::{self, Display};
use std::io;
use std::panic;
use std::process::ExitCode;

/// The exit statuses, as the help promises them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every core clause that was checked passed, or what was asked for is done.
    Passed = 0,
    /// Some core clause did not pass.
    NotPassed = 1,
    /// The command makes no sense.
    WrongUse = 2,
    /// The grader itself failed.
    GraderFailed = 3,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}

/// What a process does from its beginning to its end.
pub type Main = fn() -> ExitCode;

/// Runs a program. Where its first argument is one of those, this process is a worker, and is to be as small as it can be. A panic,
/// which tells itself, is no answer of the grader's.
pub fn main(workers: &[(&str, Main)], program: fn() -> Status) -> ExitCode {
    let first = std::env::args_os().nth(1);
    let worker = workers.iter().find(|(argument, _)| first.as_ref().is_some_and(|first| first == argument));
    let run = || worker.map_or_else(|| program().into(), |(_, worker)| worker());
    panic::catch_unwind(run).unwrap_or(Status::GraderFailed.into())
}

/// Tells on standard error why a program came to nothing, which has this status.
pub fn tell(why: impl Display, status: Status) -> Status {
    anstream::eprintln!("error: {why}");
    status
}

/// Colours what is written from now on as the user wants it.
pub fn color(choice: clap::ColorChoice) {
    match choice {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
    .write_global();
}

/// How to write results that come in two formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for a terminal
    #[default]
    Human,
    /// One JSON document, schema 1
    Json,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", PossibleValue::get_name))
    }
}

/// What came of writing results, where a reader that has seen enough, such as `head`, is no error.
///
/// # Errors
/// All others.
pub fn written(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}
