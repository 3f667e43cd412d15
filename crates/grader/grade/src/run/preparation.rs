//! Makes what is needed once for a lab, whichever run grades it first: the workshop, in which all later runs build.

use super::Trouble;
use crate::progress::Progress;
use grade::workshop::Workshop;
use model::Lab;
use rustix::fs::{FlockOperation, Mode, flock};
use rustix::process::umask;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The prepared workshop. Shards may run side by side on one machine, or on several that share their files. One of them prepares it, and
/// the others wait. Afterwards it is only read.
pub(super) fn workshop(
    root: &Path,
    lab: &Lab,
    hidden: &[PathBuf],
    progress: &Progress,
) -> Result<Workshop, Trouble> {
    let folder = runner::collection::target_folder().join("workshop");
    let workshop = Workshop::new(root, lab, &folder, hidden)?;
    if workshop.is_ready() {
        return Ok(workshop);
    }
    progress.prepare(&format!("the dependencies of {}", lab.package()));
    fs::create_dir_all(&folder)?;
    // Released when the file is closed.
    let lock = File::create(folder.join(format!("{}.lock", lab.name())))?;
    flock(&lock, FlockOperation::LockExclusive).map_err(io::Error::from)?;
    // Other users build there, and the umask determines the modes of what cargo writes.
    let own = umask(Mode::from_raw_mode(0o022));
    let prepared = workshop.prepare();
    umask(own);
    prepared?;
    Ok(workshop)
}
