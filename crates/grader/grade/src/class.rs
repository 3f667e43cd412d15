//! The results of a class: the marks of each submission ([`Entry`]), and the files about all of them: the sheet of marks ([`Sheet`]), JUnit
//! XML ([`junit`]) and the summary of what the class missed ([`summary`]).
//!
//! A run that was stopped continues from the sheet. A row is on disk before the next submission starts, and [`read`] returns what was
//! written. The other files follow from the sheet and are written whole ([`replace`]).
//!
//! Where the grader found no result, there is no number. Such a mark is empty, and a word says why.

mod cell;
pub mod junit;
mod replace;
mod sheet;
pub mod summary;

pub use replace::{Readers, remove, replace};
pub use sheet::{Sheet, SheetError, read};

use model::{CheckReport, Clause, Credit, Failure, Fault, Kind, Lab, Ruling, RunReport, Tier, Verdict};

/// All submissions of a class to one lab.
#[derive(Clone, Copy, Debug)]
pub struct Class<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// Its clauses, in the lab's order.
    pub clauses: &'a [&'a Clause],
    /// The submissions, in the order in which they are shown.
    pub entries: &'a [Entry],
}

/// The result of one submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its unique name in the class.
    pub name: String,
    /// The name that it was handed in with.
    pub original_name: String,
    /// The result of grading it.
    pub outcome: Outcome,
    /// A digest of what was handed in. While it stays the same, there is no need to grade again. Empty if nothing was taken.
    pub digest: String,
    /// The instructor's decision about the grader's faults on it; `None` if there are no faults.
    pub ruling: Option<Ruling>,
}

/// The result of grading a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was checked. These are the marks of the class's clauses, in their order.
    Graded(Vec<Mark>),
    /// It does not compile, and gets nothing.
    DoesNotCompile,
    /// It was refused for this reason, which is its own, and gets nothing.
    Refused(String),
    /// The grader failed on it, with this message. Nothing is known about the submission.
    Fault(String),
}

/// The mark of one clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The clause is satisfied.
    Passed,
    /// Parts of it are satisfied, for this many of its points: more than none and less than all.
    Partly(u32),
    /// It is not satisfied.
    Missed,
    /// It could not be decided.
    Skipped,
    /// The grader failed.
    Fault,
}

/// The sum of a submission's marks, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Points; `None` unless every core clause is decided.
    pub points: Option<u32>,
    /// Stretch clauses that passed; `None` unless every stretch clause is decided.
    pub stars: Option<u32>,
}

impl Outcome {
    /// The outcome of a run over all clauses of the class.
    pub fn of(report: &RunReport) -> Self {
        Outcome::Graded(report.checks.iter().map(Mark::of).collect())
    }

    /// Whether the grader failed on the submission or on one of its clauses, however that counts.
    pub fn has_fault(&self) -> bool {
        match self {
            Outcome::Graded(marks) => marks.contains(&Mark::Fault),
            Outcome::DoesNotCompile | Outcome::Refused(_) => false,
            Outcome::Fault(_) => true,
        }
    }
}

impl Mark {
    /// The mark of one clause.
    pub fn of(check: &CheckReport) -> Self {
        match &check.verdict {
            Verdict::Passed => Mark::Passed,
            Verdict::Failed(_) if check.points() > 0 => Mark::Partly(check.points()),
            Verdict::Failed(_) => Mark::Missed,
            Verdict::Skipped(_) => Mark::Skipped,
            Verdict::Error(_) => Mark::Fault,
        }
    }

    /// A verdict on a clause that leads to this mark, without the evidence.
    pub fn verdict(self, clause: &Clause) -> Verdict {
        let missed = |credit| {
            let failure = Failure::new(Kind::Mismatch, "missed");
            Verdict::Failed(Box::new(Failure { credit, ..failure }))
        };
        match self {
            Mark::Passed => Verdict::Passed,
            Mark::Partly(right) => missed(Some(Credit { right, of: worth(clause) })),
            Mark::Missed => missed(None),
            Mark::Skipped => Verdict::Skipped("not decided".to_owned()),
            Mark::Fault => Verdict::Error(Fault::new("not decided")),
        }
    }

    /// How much of a clause with this worth was reached; `None` if that is not known.
    fn share(self, worth: u32) -> Option<u32> {
        match self {
            Mark::Passed => Some(worth),
            Mark::Partly(points) => Some(points),
            Mark::Missed => Some(0),
            Mark::Skipped | Mark::Fault => None,
        }
    }
}

impl Entry {
    /// Adds up the marks.
    pub fn total(&self, clauses: &[&Clause]) -> Total {
        let sum = |tier| match &self.outcome {
            Outcome::Graded(marks) => {
                let decided = clauses.iter().zip(marks).filter(|(clause, _)| clause.tier == tier);
                decided.map(|(clause, mark)| self.share(*mark, clause)).sum()
            }
            Outcome::DoesNotCompile | Outcome::Refused(_) => Some(0),
            Outcome::Fault(_) => self.share_of_fault(),
        };
        Total { points: sum(Tier::Core), stars: sum(Tier::Stretch) }
    }

    /// How much of a clause with this mark was reached; `None` if that is not known.
    fn share(&self, mark: Mark, clause: &Clause) -> Option<u32> {
        if mark == Mark::Fault { self.share_of_fault() } else { mark.share(worth(clause)) }
    }

    /// What the grader's faults on it count as.
    fn share_of_fault(&self) -> Option<u32> {
        self.ruling.map(|Ruling::Zero| 0)
    }

    /// Whether nothing has to be tried again: its points are known, and the grader failed on no clause, whatever that clause is worth, or
    /// the instructor has decided what such faults count as.
    pub fn is_decided(&self, clauses: &[&Clause]) -> bool {
        let has_open_fault = self.outcome.has_fault() && self.ruling.is_none();
        !has_open_fault && self.total(clauses).points.is_some()
    }

    /// The outcome in a few words. A submission with an undecided core clause is `incomplete`.
    pub fn status(&self, clauses: &[&Clause]) -> &'static str {
        match (&self.outcome, self.ruling) {
            (Outcome::Graded(_), _) if self.total(clauses).points.is_none() => "incomplete",
            (Outcome::Graded(_), None) => "graded",
            (Outcome::Graded(_), Some(Ruling::Zero)) => "graded with faults as zero",
            (Outcome::DoesNotCompile, _) => "does not compile",
            (Outcome::Refused(_), _) => "refused",
            (Outcome::Fault(_), None) => "fault",
            (Outcome::Fault(_), Some(Ruling::Zero)) => "fault as zero",
        }
    }
}

/// Points for a core clause, one star for any other.
fn worth(clause: &Clause) -> u32 {
    match clause.tier {
        Tier::Core => clause.points,
        Tier::Stretch => 1,
    }
}

/// `L3.4`, with the program if several clauses have that id.
fn label(clause: &Clause, clauses: &[&Clause]) -> String {
    let namesakes = clauses.iter().filter(|other| other.id == clause.id).count();
    if namesakes > 1 { format!("{} {}", clause.id, clause.program) } else { clause.id.to_owned() }
}
