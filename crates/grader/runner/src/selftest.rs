//! The grader tested by programs with known verdicts: each lab's references, its untouched stubs, and the wrong and correct programs of the
//! collection. The result is plain data, see [`model::selftest`].
//!
//! All checks of all programs go into one queue. So the processors are busy to the end, although programs differ in the number and duration
//! of their checks.

#[cfg(test)]
mod tests;

mod repeat;
mod selection;
mod single;

pub use repeat::{Repeated, Repetition};
pub use single::{Single, Singles};

use crate::collection::{self, Specimen};
use crate::hand_in::HandIn;
use crate::worker::Keep;
use crate::{
    Confinement, IsolationChoice, Order, RunError, Source, hand_in, in_parallel, isolation, run_one,
};
use checks::{Check, Suite};
use model::selftest::{LabOutcome, Outcome, Subject, Trial};
use model::{Fault, Isolation};
use sandbox::Limits;
use selection::Selection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// The order for a self-test.
#[derive(Debug)]
pub struct SelfTest {
    /// The labs.
    pub suites: Vec<&'static Suite>,
    /// The folder of the collection of wrong and correct programs.
    pub collection: PathBuf,
    /// Only the files of the collection with this text in their path, and neither references nor stubs.
    pub file: Option<String>,
    /// Whether a missing language is an error. Otherwise its programs are left out and counted.
    pub every_language: bool,
    /// Where random values come from.
    pub seed: u64,
    /// How many programs are compiled, and then how many checks run, at the same time.
    pub jobs: usize,
    /// How checks are separated.
    pub isolation: IsolationChoice,
}

/// Progress of a self-test. Nothing depends on whether it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// This is being built.
    Building(String),
    /// The checks begin; this is their number.
    Started(usize),
    /// One check is done.
    Decided {
        /// Whether its verdict is the one that the program deserves.
        as_expected: bool,
    },
}

type Notify<'a> = &'a (dyn Fn(Notice) + Sync);

/// A program that is ready to be checked.
struct Candidate {
    suite: &'static Suite,
    subject: Subject,
    program: &'static str,
    hand_in: HandIn,
}

impl SelfTest {
    /// Builds everything, checks everything, and reports progress to `notify`.
    ///
    /// # Errors
    /// When a file of the collection is malformed or cannot be compiled, when a package does not compile, and when the grader fails before
    /// the first check.
    pub fn run(&self, notify: Notify<'_>) -> Result<Outcome, RunError> {
        let selection = self.select()?;
        let (candidates, isolation) = self.prepare(&selection.specimens, notify)?;
        let isolated = isolation == Isolation::Full;
        // On the machine's own network two checks could need the same port.
        let jobs = if isolated { self.jobs.max(1) } else { 1 };
        let queue: Vec<(&Candidate, &'static Check)> =
            candidates.iter().flat_map(|candidate| candidate.checks().map(move |c| (candidate, c))).collect();
        notify(Notice::Started(queue.len()));
        let began = Instant::now();
        let mut reports = in_parallel(jobs, queue.len(), |index| {
            let (candidate, check) = queue[index];
            let report = run_one(check, self.seed, &candidate.hand_in, isolated, Keep::Nothing);
            notify(Notice::Decided { as_expected: candidate.subject.is_met_by(&report) });
            report
        })
        .into_iter();
        let duration = began.elapsed();
        let mut labs: Vec<LabOutcome> = self.suites.iter().map(|suite| self.lab(suite, &selection)).collect();
        for candidate in candidates {
            let checks = reports.by_ref().take(candidate.checks().count()).collect();
            let trial = Trial { subject: candidate.subject, program: candidate.program, checks };
            if let Some(lab) = labs.iter_mut().find(|lab| lab.lab.number == candidate.suite.lab.number) {
                lab.trials.push(trial);
            }
        }
        // If only some files are selected, a lab may have none of them.
        labs.retain(|lab| lab.whole || !lab.trials.is_empty());
        let environment = crate::environment(isolation, Limits::USUAL, jobs);
        Ok(Outcome { labs, not_tried: selection.not_tried(), seed: self.seed, environment, duration })
    }

    fn lab(&self, suite: &'static Suite, selection: &Selection) -> LabOutcome {
        LabOutcome {
            lab: &suite.lab,
            clauses: suite.checks.iter().map(|check| &check.clause).collect(),
            trials: Vec::new(),
            whole: self.file.is_none() && selection.is_whole(&suite.lab),
        }
    }

    fn prepare(
        &self,
        specimens: &[Specimen],
        notify: Notify<'_>,
    ) -> Result<(Vec<Candidate>, Isolation), RunError> {
        // The test of what the system allows runs while the compilers work.
        thread::scope(|scope| {
            let probe = scope.spawn(|| isolation(self.isolation));
            let candidates = self.candidates(specimens, notify);
            let isolation =
                probe.join().unwrap_or_else(|_| Err(Fault::new("the probe of the sandbox broke")));
            Ok((candidates?, isolation?))
        })
    }

    fn candidates(&self, specimens: &[Specimen], notify: Notify<'_>) -> Result<Vec<Candidate>, RunError> {
        let mut candidates = Vec::new();
        if self.file.is_none() {
            for suite in &self.suites {
                candidates.extend(self.built(suite, Source::Reference, &Subject::Reference, notify)?);
                candidates.extend(self.built(suite, Source::Stubs, &Subject::Stub, notify)?);
            }
        }
        let total = specimens.len();
        let begun = AtomicUsize::new(0);
        let compiled = in_parallel(self.jobs, total, |index| {
            let specimen = &specimens[index];
            let turn = begun.fetch_add(1, Ordering::Relaxed) + 1;
            notify(Notice::Building(format!("{} ({turn}/{total})", shown(&specimen.path).display())));
            self.compiled(specimen)
        });
        for candidate in compiled {
            candidates.push(candidate?);
        }
        Ok(candidates)
    }

    /// The programs of a package.
    fn built(
        &self,
        suite: &'static Suite,
        source: Source,
        subject: &Subject,
        notify: Notify<'_>,
    ) -> Result<Vec<Candidate>, RunError> {
        let hand_in = hand_in::hand_in(&self.order(suite, source), &|notice| {
            if let model::Notice::Building(package) = notice {
                notify(Notice::Building(package));
            }
        })?;
        let candidate =
            |program| Candidate { suite, subject: subject.clone(), program, hand_in: hand_in.clone() };
        Ok(suite.lab.subjects().map(candidate).collect())
    }

    /// A file of the collection. The reference supplies what it lacks: the document for a program, the program for a document.
    fn compiled(&self, specimen: &Specimen) -> Result<Candidate, RunError> {
        let usage = |error: std::io::Error| RunError::Usage(error.to_string());
        let (suite, program) = specimen.place().map_err(usage)?;
        let mut order = self.order(suite, Source::Reference);
        if specimen.is_document() {
            order.document = Some(specimen.path.clone());
        }
        let mut hand_in = HandIn {
            broken: BTreeMap::new(),
            document: hand_in::document(&order)?,
            templates: BTreeMap::new(),
            confinement: order.confinement.clone(),
        };
        if !specimen.is_document() {
            let command = specimen.command(&collection::cache()).map_err(usage)?;
            order.source = Source::Templates(vec![(program.to_owned(), command)]);
        }
        hand_in.templates = hand_in::templates(&order, &|_| ())?;
        Ok(Candidate { suite, subject: subject(specimen), program, hand_in })
    }

    fn order(&self, suite: &'static Suite, source: Source) -> Order {
        let (seed, jobs, isolation) = (self.seed, Some(self.jobs), self.isolation);
        Order {
            suite,
            checks: Vec::new(),
            source,
            document: None,
            keep: None,
            seed,
            jobs,
            isolation,
            confinement: Confinement::of(suite),
        }
    }
}

impl Candidate {
    fn checks(&self) -> impl Iterator<Item = &'static Check> {
        self.suite.checks.iter().filter(|check| check.clause.program == self.program)
    }
}

fn subject(specimen: &Specimen) -> Subject {
    let (path, about) = (shown(&specimen.path), specimen.about.clone());
    if specimen.fails.is_empty() {
        Subject::Correct { path, about }
    } else {
        Subject::Wrong { path, about, fails: specimen.fails.clone(), says: specimen.says.clone() }
    }
}

/// A path within the workspace is shown, and can be given again, relative to its root.
fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(crate::workspace_root()).unwrap_or(path).to_owned()
}
