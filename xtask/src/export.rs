//! `cargo xtask export`: runs the tool that writes the students' repository.

use crate::arguments;
use crate::tool;
use crate::trouble::Trouble;
use cli::Status;
use std::ffi::OsString;

/// Builds the tool and exports.
pub(crate) fn export(arguments: &arguments::Export) -> Result<Status, Trouble> {
    let arguments::Audience::Student = arguments.audience;
    let mut words: Vec<OsString> = vec!["--root".into(), runner::workspace_root().into()];
    words.extend(arguments.allow_dirty.then(|| "--allow-dirty".into()));
    words.extend(["--".into(), arguments.folder.clone().into()]);
    tool::call("export", "the export's sources are", words)
}
