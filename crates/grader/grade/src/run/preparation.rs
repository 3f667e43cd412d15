//! What is made once for a lab, whoever grades it first: the workshop, in which all later runs build.

use super::Trouble;
use crate::progress::Progress;
use grade::workshop::Workshop;
use model::Lab;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Opens the workshop. Shards may run side by side on one machine, or on several that share their files: one of them prepares it,
/// and the others wait.
pub(super) fn workshop(
    root: &Path,
    lab: &Lab,
    hidden: &[PathBuf],
    progress: &Progress,
) -> Result<Workshop, Trouble> {
    let folder = runner::collection::target_folder().join("workshop");
    fs::create_dir_all(&folder)?;
    if !lab.programs.is_empty() {
        progress.prepare(&format!("the dependencies of {}", lab.package()));
    }
    // Given back when the file is closed.
    let lock = File::create(folder.join(format!("{}.lock", lab.name())))?;
    flock(&lock, FlockOperation::LockExclusive).map_err(io::Error::from)?;
    Ok(Workshop::open(root, lab, &folder.join(lab.name()), hidden)?)
}
