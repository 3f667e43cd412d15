//! How often each clause was missed.

use crate::class::{Class, Mark, Outcome, label};

/// A clause that some submissions missed.
pub(super) struct Missed {
    pub(super) label: String,
    pub(super) title: &'static str,
    /// Submissions that do not satisfy it, or only in part.
    pub(super) missed: usize,
    /// Submissions for which the result is known.
    pub(super) of: usize,
    /// Checked submissions for which the result is not known.
    pub(super) open: usize,
}

impl Missed {
    /// `57 of 180`
    pub(super) fn told(&self) -> String {
        format!("{} of {}", self.missed, self.of)
    }
}

/// The clauses that were missed or not decided, those missed most often first. Only checked submissions count. One that does not compile
/// misses all clauses and would hide what the class has to learn. A fault that counts as zero says nothing about that either.
pub(super) fn most_first(class: &Class) -> Vec<Missed> {
    let mut missed: Vec<Missed> = (0..class.clauses.len()).map(|index| tally(class, index)).collect();
    missed.retain(|missed| missed.missed + missed.open > 0);
    missed.sort_by_key(|missed| std::cmp::Reverse(missed.missed));
    missed
}

fn tally(class: &Class, index: usize) -> Missed {
    let clause = class.clauses[index];
    let marks = class.entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::Graded(marks) => {
            marks.get(index).filter(|mark| entry.ruling.is_none() || **mark != Mark::Fault)
        }
        _ => None,
    });
    let mut tally =
        Missed { label: label(clause, class.clauses), title: clause.title(), missed: 0, of: 0, open: 0 };
    for mark in marks {
        match mark {
            Mark::Skipped | Mark::Fault => tally.open += 1,
            Mark::Passed => tally.of += 1,
            Mark::Missed | Mark::Partly(_) => {
                tally.of += 1;
                tally.missed += 1;
            }
        }
    }
    tally
}
