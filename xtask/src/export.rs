//! `cargo xtask export`: builds what writes the students' repository, and lets it write. That is a program of its own, which
//! nobody has to build who does not export.

use crate::arguments;
use crate::check::progress;
use crate::course;
use crate::trouble::{Status, Trouble};
use std::process::Command;

/// Builds and exports.
pub(crate) fn export(arguments: &arguments::Export) -> Result<Status, Trouble> {
    let arguments::Audience::Student = arguments.audience;
    course::need("crates/grader/export", "the export's sources are")?;
    let progress = progress("");
    let tool = runner::tool("export", &|notice| progress.notice(&notice));
    progress.clear();
    let mut command = Command::new(tool?);
    command
        .arg("--root")
        .arg(runner::workspace_root())
        .args(arguments.allow_dirty.then_some("--allow-dirty"));
    let ended = command.arg("--").arg(&arguments.folder).status();
    let ended = ended.map_err(|error| Trouble::Grader(format!("starting to export: {error}")))?;
    Ok(match ended.code() {
        Some(0) => Status::Passed,
        Some(2) => Status::WrongUse,
        _ => Status::GraderFailed,
    })
}
