//! What a self-test found: which program got which verdicts, which it deserves, and where the two differ.

use crate::{CheckReport, Clause, Environment, Kind, Lab, Verdict};
use std::path::PathBuf;
use std::time::Duration;

/// A program whose deserved verdicts are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A reference program: it satisfies every clause.
    Reference,
    /// A stub as students get it: it satisfies none, and each check says that it is not written yet.
    Stub,
    /// A correct program of the collection: it satisfies every clause.
    Correct {
        /// Its file.
        path: PathBuf,
        /// What is special about it.
        about: String,
    },
    /// A wrong program of the collection: it fails the clauses that its first lines name, and no other.
    Wrong {
        /// Its file.
        path: PathBuf,
        /// What its author got wrong.
        about: String,
        /// The clauses that it fails.
        fails: Vec<String>,
        /// What the report on the first of these must say, so that it names the mistake and not another.
        says: Option<String>,
    },
}

/// The verdict that a program deserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The clause is satisfied.
    Passed,
    /// It is not.
    Failed,
    /// It is not, since the program stops at a `todo!`.
    NotWritten,
}

/// One program with its verdicts.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What it is.
    pub subject: Subject,
    /// The lab's program that it is handed in as.
    pub program: &'static str,
    /// The clauses about that program, in the lab's order.
    pub checks: Vec<CheckReport>,
}

/// All trials of one lab.
#[derive(Clone, Debug)]
pub struct LabOutcome {
    /// The lab.
    pub lab: &'static Lab,
    /// Its clauses, in order, for each of the programs that they are about.
    pub clauses: Vec<&'static Clause>,
    /// References and stubs first, then the collection in the order of its paths.
    pub trials: Vec<Trial>,
    /// Whether all of the lab's programs were tried: only then can a clause be called untested.
    pub whole: bool,
}

/// Programs that were not tried, since this machine lacks what their language needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTried {
    /// Their language.
    pub language: &'static str,
    /// What it needs: a compiler or an interpreter.
    pub command: &'static str,
    /// How many there are.
    pub programs: usize,
}

/// A finished self-test.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The labs that were asked for.
    pub labs: Vec<LabOutcome>,
    /// What was left out, by language; nothing depends on it.
    pub not_tried: Vec<NotTried>,
    /// The seed that random payloads came from.
    pub seed: u64,
    /// Where it ran.
    pub environment: Environment,
    /// How long the checks took together, without what had to be compiled.
    pub duration: Duration,
}

impl Subject {
    /// What a program like this deserves for a clause about it.
    pub fn expected(&self, clause: &Clause) -> Expected {
        match self {
            Subject::Reference | Subject::Correct { .. } => Expected::Passed,
            Subject::Stub => Expected::NotWritten,
            Subject::Wrong { fails, .. } if fails.iter().any(|id| id == clause.id) => Expected::Failed,
            Subject::Wrong { .. } => Expected::Passed,
        }
    }

    /// What a report must say, and does not.
    pub fn unsaid(&self, check: &CheckReport) -> Option<&str> {
        let (Subject::Wrong { fails, says: Some(says), .. }, Verdict::Failed(failure)) =
            (self, &check.verdict)
        else {
            return None;
        };
        let is_about_it = fails.first().is_some_and(|id| id == check.clause.id);
        (is_about_it && !failure.summary.contains(says)).then_some(says)
    }

    /// Whether a verdict is the one that a program like this deserves, and says what it must.
    pub fn is_met_by(&self, check: &CheckReport) -> bool {
        self.expected(check.clause).is_met_by(&check.verdict) && self.unsaid(check).is_none()
    }
}

impl Expected {
    /// Whether that is the verdict. What was skipped, and what broke, is never as expected.
    pub fn is_met_by(self, verdict: &Verdict) -> bool {
        match (self, verdict) {
            (Expected::Passed, Verdict::Passed) | (Expected::Failed, Verdict::Failed(_)) => true,
            (Expected::NotWritten, Verdict::Failed(failure)) => failure.kind == Kind::NotWritten,
            _ => false,
        }
    }
}

impl Trial {
    /// The checks whose verdict is not the one that the program deserves, with that, or whose report does not say what it must.
    pub fn deviations(&self) -> impl Iterator<Item = (Expected, &CheckReport)> {
        let judged = self.checks.iter().map(|check| (self.subject.expected(check.clause), check));
        judged.filter(|(_, check)| !self.subject.is_met_by(check))
    }
}

impl LabOutcome {
    /// Whether a wrong program names that clause among those that it fails.
    pub fn is_tested(&self, clause: &Clause) -> bool {
        let names = |trial: &Trial| matches!(&trial.subject, Subject::Wrong { fails, .. } if fails.iter().any(|id| id == clause.id));
        self.trials.iter().any(names)
    }

    /// The clauses that no wrong program names, each once; none if not all programs were tried.
    pub fn untested(&self) -> Vec<&'static Clause> {
        let mut untested: Vec<&'static Clause> = Vec::new();
        for clause in self.clauses.iter().filter(|clause| self.whole && !self.is_tested(clause)) {
            if untested.iter().all(|other| other.id != clause.id) {
                untested.push(clause);
            }
        }
        untested
    }
}

impl Outcome {
    /// All verdicts.
    pub fn checks(&self) -> impl Iterator<Item = &CheckReport> {
        self.trials().flat_map(|trial| &trial.checks)
    }

    /// All programs that were tried.
    pub fn trials(&self) -> impl Iterator<Item = &Trial> {
        self.labs.iter().flat_map(|lab| &lab.trials)
    }

    /// How many verdicts are not as expected.
    pub fn deviations(&self) -> usize {
        self.trials().map(|trial| trial.deviations().count()).sum()
    }

    /// How many clauses no wrong program names.
    pub fn untested(&self) -> usize {
        self.labs.iter().map(|lab| lab.untested().len()).sum()
    }
}
