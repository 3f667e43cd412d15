//! What only the course's own repository has, and students' have not.

use crate::trouble::Trouble;

/// That something of the course is there, by its folder.
pub(crate) fn need(folder: &str, what: &str) -> Result<(), Trouble> {
    if runner::workspace_root().join(folder).is_dir() {
        return Ok(());
    }
    Err(Trouble::Usage(format!("{what} not in this repository; only the course's own has them ({folder})")))
}
