//! The self-test again and again, in search of verdicts that depend on chance: wrong programs on the clauses that they fail, references and
//! correct programs on all their clauses, each time with other random values. Everything is built once.

use super::{Candidate, Notify, SelfTest};
use crate::worker::Keep;
use crate::{RunError, in_parallel, run_one};
use checks::Check;
use model::selftest::{Expected, NotTried, Subject};
use model::{CheckReport, Isolation};

/// A repetition that is ready to begin.
pub struct Repetition {
    candidates: Vec<Candidate>,
    seed: u64,
    jobs: usize,
    isolated: bool,
    /// What was left out.
    pub not_tried: Vec<NotTried>,
}

/// One verdict of a repetition.
#[derive(Clone, Debug)]
pub struct Repeated<'a> {
    /// The lab's name.
    pub lab: &'a str,
    /// What was checked.
    pub subject: &'a Subject,
    /// What it deserves.
    pub expected: Expected,
    /// The seed that led to this verdict.
    pub seed: u64,
    /// The check's report.
    pub report: CheckReport,
}

impl SelfTest {
    /// Builds everything that is checked again and again.
    ///
    /// # Errors
    /// As [`SelfTest::run`].
    pub fn repetition(&self, notify: Notify<'_>) -> Result<Repetition, RunError> {
        let selection = self.select()?;
        let (candidates, isolation) = self.prepare(&selection.specimens, notify)?;
        let isolated = isolation == Isolation::Full;
        let jobs = if isolated { self.jobs.max(1) } else { 1 };
        Ok(Repetition { candidates, seed: self.seed, jobs, isolated, not_tried: selection.not_tried() })
    }
}

impl Repetition {
    /// How many verdicts there are in one round.
    pub fn verdicts(&self) -> usize {
        self.queue().len()
    }

    /// Decides everything `rounds` times, in rounds, so a search that is stopped early has looked at all verdicts. The first round has the
    /// self-test's seed, each later one the next number.
    pub fn run(&self, rounds: usize, tell: &(dyn Fn(Repeated<'_>) + Sync)) {
        let queue = self.queue();
        in_parallel(self.jobs, rounds * queue.len(), |index| {
            let (candidate, check) = queue[index % queue.len()];
            let seed = self.seed.wrapping_add((index / queue.len()) as u64);
            let report = run_one(check, seed, &candidate.hand_in, self.isolated, Keep::Nothing);
            let expected = candidate.subject.expected(&check.clause);
            let (lab, subject) = (candidate.suite.lab.name(), &candidate.subject);
            tell(Repeated { lab: &lab, subject, expected, seed, report });
        });
    }

    fn queue(&self) -> Vec<(&Candidate, &'static Check)> {
        let all =
            self.candidates.iter().flat_map(|candidate| candidate.checks().map(move |c| (candidate, c)));
        all.filter(|(candidate, check)| {
            is_repeated(&candidate.subject, candidate.subject.expected(&check.clause))
        })
        .collect()
    }
}

/// A clause that a wrong program passes says little, and a stub always does the same.
fn is_repeated(subject: &Subject, expected: Expected) -> bool {
    match subject {
        Subject::Reference | Subject::Correct { .. } => true,
        Subject::Wrong { .. } => expected == Expected::Failed,
        Subject::Stub => false,
    }
}
