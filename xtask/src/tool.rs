//! Commands that are programs of their own, which nobody has to build who does not use them: building one, calling it, and
//! what its exit status means.

use crate::check::progress;
use crate::course;
use crate::trouble::{Status, Trouble};
use anstream::ColorChoice;
use std::ffi::OsStr;
use std::process::Command;

/// Builds the tool of that name and calls it. `sources` says what is missing where students' repositories have no such tool.
pub(crate) fn call<A: AsRef<OsStr>>(
    name: &str,
    sources: &str,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Status, Trouble> {
    course::need(&format!("crates/grader/{name}"), sources)?;
    let progress = progress("");
    let tool = runner::tool(name, &|notice| progress.notice(&notice));
    progress.clear();
    run(Command::new(tool?).args(arguments))
}

/// The option with which a tool's output is coloured as this one's is.
pub(crate) fn color() -> &'static str {
    match ColorChoice::global() {
        ColorChoice::Auto => "--color=auto",
        ColorChoice::Always | ColorChoice::AlwaysAnsi => "--color=always",
        ColorChoice::Never => "--color=never",
    }
}

/// Calls a tool that is built.
pub(crate) fn run(command: &mut Command) -> Result<Status, Trouble> {
    let ended = command.status().map_err(|error| {
        Trouble::Grader(format!("starting {}: {error}", command.get_program().to_string_lossy()))
    })?;
    Ok(match ended.code() {
        Some(0) => Status::Passed,
        Some(1) => Status::NotPassed,
        Some(2) => Status::WrongUse,
        _ => Status::GraderFailed,
    })
}
