//! One program of the self-test at a time, for tests that have a name each: a reference and a correct program on all clauses, a wrong
//! one on those that it must fail and on one more.

use super::{Candidate, SelfTest, shown};
use crate::collection::Specimen;
use crate::worker::Keep;
use crate::{RunError, Source, isolation, run_one};
use checks::{Check, Suite};
use model::selftest::{Expected, LabOutcome, NotTried, Outcome, Subject, Trial};
use model::{Environment, Isolation};
use sandbox::Limits;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

/// What can be tried by itself.
#[derive(Clone, Debug)]
pub enum Single {
    /// The references of a lab.
    Reference(&'static Suite),
    /// The untouched stubs of a lab.
    Stub(&'static Suite),
    /// A file of the collection.
    File(Specimen),
}

/// All that can be tried one by one.
#[derive(Debug)]
pub struct Singles {
    order: SelfTest,
    environment: Environment,
    /// What is tried, by labs.
    pub all: Vec<Single>,
    /// What was left out.
    pub not_tried: Vec<NotTried>,
}

impl SelfTest {
    /// All programs of this self-test one by one, of which none is built yet.
    ///
    /// # Errors
    /// When a file of the collection is not as it should be, and when this system does not allow what is asked for.
    pub fn singles(self) -> Result<Singles, RunError> {
        let selection = self.select()?;
        let isolation = isolation(self.isolation)?;
        let mut all = Vec::new();
        for suite in &self.suites {
            all.extend([Single::Reference(suite), Single::Stub(suite)]);
            let those = selection.specimens.iter().filter(|specimen| specimen.lab == suite.lab.name());
            all.extend(those.cloned().map(Single::File));
        }
        let environment = crate::environment(isolation, Limits::USUAL, self.jobs);
        Ok(Singles { order: self, environment, all, not_tried: selection.not_tried() })
    }
}

impl Single {
    /// Its name, as tests have one: `lab3::echo-server::wrong::reads-once`.
    pub fn name(&self) -> String {
        match self {
            Single::Reference(suite) => format!("{}::reference", suite.lab.name()),
            Single::Stub(suite) => format!("{}::stub", suite.lab.name()),
            Single::File(specimen) => {
                let kind = if specimen.fails.is_empty() { "correct" } else { "wrong" };
                let name = specimen.path.file_name().unwrap_or_default().to_string_lossy();
                format!("{}::{}::{kind}::{name}", specimen.lab, specimen.program)
            }
        }
    }
}

impl Singles {
    /// Whether several can be tried at the same time: on the machine's own network two could want the same port.
    pub fn are_isolated(&self) -> bool {
        self.environment.isolation == Isolation::Full
    }

    /// Builds and checks one of them, its clauses one after the other.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn run(&self, single: &Single) -> Result<Outcome, RunError> {
        let began = Instant::now();
        let isolated = self.are_isolated();
        let (suite, candidates) = match single {
            Single::Reference(suite) => {
                (*suite, self.order.built(suite, Source::Reference, &Subject::Reference, &|_| ())?)
            }
            Single::Stub(suite) => (*suite, self.order.built(suite, Source::Stubs, &Subject::Stub, &|_| ())?),
            Single::File(specimen) => {
                let candidate = self.order.compiled(specimen)?;
                (candidate.suite, vec![candidate])
            }
        };
        let trial = |candidate: Candidate| {
            let checks = wanted(&candidate, self.order.seed).into_iter();
            let run = |check| run_one(check, self.order.seed, &candidate.hand_in, isolated, Keep::Nothing);
            Trial {
                program: candidate.program,
                checks: checks.map(run).collect(),
                subject: candidate.subject.clone(),
            }
        };
        let lab = LabOutcome {
            lab: &suite.lab,
            clauses: suite.checks.iter().map(|check| &check.clause).collect(),
            trials: candidates.into_iter().map(trial).collect(),
            whole: false,
        };
        Ok(Outcome {
            labs: vec![lab],
            not_tried: Vec::new(),
            seed: self.order.seed,
            environment: self.environment.clone(),
            duration: began.elapsed(),
        })
    }
}

/// The clauses that a program is tried on. Which one more it is for a wrong one depends on its name and the seed.
fn wanted(candidate: &Candidate, seed: u64) -> Vec<&'static Check> {
    let Subject::Wrong { path, .. } = &candidate.subject else { return candidate.checks().collect() };
    let (mut wanted, others): (Vec<_>, Vec<_>) =
        candidate.checks().partition(|check| candidate.subject.expected(&check.clause) == Expected::Failed);
    let mut hasher = DefaultHasher::new();
    (shown(path), seed).hash(&mut hasher);
    if !others.is_empty() {
        let index = hasher.finish() % others.len() as u64;
        wanted.push(others[usize::try_from(index).unwrap_or(0)]);
    }
    wanted
}
