//! The instructor's decisions about the grader's own faults (`--fault-is`), as they are kept with the results.
//!
//! A decision is about what was handed in at that time. If something else is handed in, it is graded as usual, and faults on it are open
//! again.

use model::Ruling;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The submissions whose faults count as zero: for each name the digest of what was handed in, which is empty if nothing could be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Rulings(BTreeMap<String, String>);

impl Rulings {
    /// What faults on a submission with this content count as, if that was decided.
    pub(super) fn of(&self, name: &str, digest: &str) -> Option<Ruling> {
        self.0.get(name).filter(|decided| *decided == digest).map(|_| Ruling::Zero)
    }

    /// Adds a submission.
    pub(super) fn add(&mut self, name: &str, digest: &str) {
        self.0.insert(name.to_owned(), digest.to_owned());
    }

    /// Adds the decisions of another part of the class.
    pub(super) fn extend(&mut self, others: Rulings) {
        self.0.extend(others.0);
    }

    /// Removes the submissions for which `holds` is false, given name and digest. Returns their names.
    pub(super) fn keep_if(&mut self, holds: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let (kept, gone) =
            std::mem::take(&mut self.0).into_iter().partition(|(name, digest)| holds(name, digest));
        self.0 = kept;
        BTreeMap::into_keys(gone).collect()
    }
}
