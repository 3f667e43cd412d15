//! What an instructor has decided about the grader's own faults (`--fault-is`), as it is kept with the results.
//!
//! It is about what was handed in then: who hands in something else is graded like anybody, and what the grader cannot decide of
//! that is open again.

use model::Ruling;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The submissions on which faults count as zero: by the name of each the digest of what was handed in, empty where nothing of it
/// could be taken.
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

    /// Adds those of another part of the class.
    pub(super) fn extend(&mut self, others: Rulings) {
        self.0.extend(others.0);
    }

    /// Leaves out those of which this does not hold, by name and digest. Returns their names.
    pub(super) fn keep_if(&mut self, holds: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let (kept, gone) =
            std::mem::take(&mut self.0).into_iter().partition(|(name, digest)| holds(name, digest));
        self.0 = kept;
        BTreeMap::into_keys(gone).collect()
    }
}
