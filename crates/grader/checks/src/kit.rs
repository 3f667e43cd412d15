//! What several labs do: each thing once, without a lab's protocol in it.

pub(crate) mod crowd;
pub(crate) mod cuts;
pub(crate) mod files;
pub(crate) mod history;
pub(crate) mod leaving;
pub(crate) mod structure;
pub(crate) mod stuck;
pub(crate) mod variants;

use model::{Step, Stop};

/// Whether a step succeeds. For steps whose failure another clause reports.
///
/// # Errors
/// Any stop except a failure of the submission.
pub(crate) fn holds(step: Step) -> Step<bool> {
    match step {
        Err(Stop::Failed(_)) => Ok(false),
        other => other.map(|()| true),
    }
}
