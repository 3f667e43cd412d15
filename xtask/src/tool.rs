//! Commands that are programs of their own, which nobody has to build who does not use them: building one, and calling it.

use crate::check::progress;
use crate::course;
use crate::trouble::Trouble;
use anstream::ColorChoice;
use cli::Status;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
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

/// Becomes a tool that is built, whose exit statuses are the same. Nothing is left to be done after it, and who ends this process, as
/// a batch system does, ends the tool and not only what waits for it.
pub(crate) fn run(command: &mut Command) -> Result<Status, Trouble> {
    let error = command.exec();
    Err(Trouble::Grader(format!("starting {}: {error}", command.get_program().to_string_lossy())))
}
