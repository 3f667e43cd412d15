//! What the grader's programs share on the command line: how they begin and end, when they colour their output, and the output formats that
//! all of them know.

use anstream::ColorChoice;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::fmt::{self, Display};
use std::io;
use std::panic;
use std::process::ExitCode;

/// The exit statuses, as the help describes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every core clause that was checked passed, or what was asked for is done.
    Passed = 0,
    /// Some core clause did not pass.
    NotPassed = 1,
    /// The command is not valid.
    WrongUse = 2,
    /// The grader itself failed.
    GraderFailed = 3,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}

/// The main function of a process.
pub type Main = fn() -> ExitCode;

/// Runs a program. If its first argument is one of the `workers`, this process is that worker, and should be as small as possible. A panic
/// prints its own message, and counts as a failure of the grader.
pub fn main(workers: &[(&str, Main)], program: fn() -> Status) -> ExitCode {
    let first = std::env::args_os().nth(1);
    let worker = workers.iter().find(|(argument, _)| first.as_ref().is_some_and(|first| first == argument));
    let run = || worker.map_or_else(|| program().into(), |(_, worker)| worker());
    panic::catch_unwind(run).unwrap_or(Status::GraderFailed.into())
}

/// Writes to standard error why a program has no result, and returns this status.
pub fn tell(why: impl Display, status: Status) -> Status {
    anstream::eprintln!("error: {why}");
    status
}

/// Colours all later output as the user wants it.
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

/// The result of writing results. It is not an error if a reader, such as `head`, has seen enough.
///
/// # Errors
/// All others.
pub fn written(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}
