//! Commands that are separate programs, so that only those who use them have to build them: builds one and calls it.

use crate::check::progress;
use crate::course;
use crate::trouble::Trouble;
use anstream::ColorChoice;
use cli::Status;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Builds the tool with this name and calls it. `sources` says what is missing in students' repositories, which have no such tool.
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

/// The option that colours a tool's output like this program's.
pub(crate) fn color() -> &'static str {
    match ColorChoice::global() {
        ColorChoice::Auto => "--color=auto",
        ColorChoice::Always | ColorChoice::AlwaysAnsi => "--color=always",
        ColorChoice::Never => "--color=never",
    }
}

/// Replaces this process by a built tool with the same exit statuses. Nothing remains to be done afterwards. A batch system that ends this
/// process then ends the tool itself, and not only a process that waits for it.
pub(crate) fn run(command: &mut Command) -> Result<Status, Trouble> {
    let error = command.exec();
    Err(Trouble::Grader(format!("starting {}: {error}", command.get_program().to_string_lossy())))
}
