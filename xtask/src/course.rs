//! Parts that only the course's own repository has, and not the students'.

use crate::trouble::Trouble;

/// Checks by its folder that such a part is there.
pub(crate) fn need(folder: &str, what: &str) -> Result<(), Trouble> {
    if runner::workspace_root().join(folder).is_dir() {
        return Ok(());
    }
    Err(Trouble::Usage(format!("{what} not in this repository; only the course's own has them ({folder})")))
}
