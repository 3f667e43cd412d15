//! One program of the self-test at a time, for tests that have a name each. A reference is tried on all clauses, a correct program on the
//! core clauses. A wrong program is tried on the clauses that it must fail, at most six of them, and on one more. The stretch clauses, with
//! their crowds and floods, take more than half of the time.

use super::{Candidate, SelfTest, shown};
use crate::collection::Specimen;
use crate::worker::Keep;
use crate::{RunError, Source, in_parallel, isolation, run_one};
use checks::{Check, Suite};
use model::selftest::{Expected, LabOutcome, NotTried, Outcome, Subject, Trial};
use model::{Environment, Isolation, Tier};
use sandbox::Limits;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Condvar, Mutex, PoisonError};
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

/// Everything that can be tried one by one.
#[derive(Debug)]
pub struct Singles {
    order: SelfTest,
    environment: Environment,
    /// What is tried, in the order in which it should begin.
    pub all: Vec<Single>,
    /// What was left out.
    pub not_tried: Vec<NotTried>,
    turns: Turns,
}

/// Limits the number of simultaneous checks, whichever programs they are about.
#[derive(Debug)]
struct Turns {
    free: Mutex<usize>,
    given_back: Condvar,
}

impl Turns {
    fn take<T>(&self, work: impl FnOnce() -> T) -> T {
        let is_none_free = |free: &mut usize| *free == 0;
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.given_back.wait_while(free, is_none_free);
        *free.unwrap_or_else(PoisonError::into_inner) -= 1;
        let result = work();
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.given_back.notify_one();
        result
    }
}

impl SelfTest {
    /// All programs of this self-test one by one. None is built yet.
    ///
    /// # Errors
    /// When a file of the collection is malformed, or when this system does not allow what is asked for.
    pub fn singles(self) -> Result<Singles, RunError> {
        let selection = self.select()?;
        let isolation = isolation(self.isolation)?;
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        // The later labs have the programs that take longest, and what begins last should be short.
        for suite in self.suites.iter().rev() {
            right.push(Single::Reference(suite));
            wrong.push(Single::Stub(suite));
            for specimen in selection.specimens.iter().filter(|specimen| specimen.lab == suite.lab.name()) {
                let those = if specimen.fails.is_empty() { &mut right } else { &mut wrong };
                those.push(Single::File(specimen.clone()));
            }
        }
        let all = mixed(right, wrong);
        // On the machine's own network two checks could need the same port.
        let jobs = if isolation == Isolation::Full { self.jobs.max(1) } else { 1 };
        let environment = crate::environment(isolation, Limits::USUAL, jobs);
        let turns = Turns { free: Mutex::new(jobs), given_back: Condvar::new() };
        Ok(Singles { order: self, environment, all, not_tried: selection.not_tried(), turns })
    }
}

impl Single {
    /// Its name as a test: `lab3::echo-server::wrong::reads-once.patch`.
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
    /// Builds one of them, and runs all its checks at the same time, as far as the self-test's jobs allow. Several threads may call it.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn run(&self, single: &Single) -> Result<Outcome, RunError> {
        let began = Instant::now();
        let isolated = self.environment.isolation == Isolation::Full;
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
            let checks = wanted(&candidate, self.order.seed);
            let run = |index: usize| {
                let (seed, hand_in) = (self.order.seed, &candidate.hand_in);
                self.turns.take(|| run_one(checks[index], seed, hand_in, isolated, Keep::Nothing))
            };
            Trial {
                program: candidate.program,
                checks: in_parallel(checks.len(), checks.len(), run),
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

/// One right program, two wrong ones, and so on. A right program with a heartbeat waits much and computes little. If all of them ran at the
/// same time, the processors would be idle.
fn mixed(right: Vec<Single>, wrong: Vec<Single>) -> Vec<Single> {
    let (mut all, mut wrong) = (Vec::with_capacity(right.len() + wrong.len()), wrong.into_iter());
    for single in right {
        all.push(single);
        all.extend(wrong.by_ref().take(2));
    }
    all.extend(wrong);
    all
}

/// A wrong program is tried on at most this many clauses that it fails. One that fails more ends, spins or sleeps in each of them alike.
const MOST: usize = 6;

/// The clauses that a program is tried on. For a wrong program the additional one depends on its name and the seed.
fn wanted(candidate: &Candidate, seed: u64) -> Vec<&'static Check> {
    let is_core = |check: &&'static Check| check.clause.tier == Tier::Core;
    let path = match &candidate.subject {
        Subject::Wrong { path, .. } => path,
        Subject::Correct { .. } => return candidate.checks().filter(is_core).collect(),
        Subject::Reference | Subject::Stub => return candidate.checks().collect(),
    };
    let (mut wanted, mut others): (Vec<_>, Vec<_>) =
        candidate.checks().partition(|check| candidate.subject.expected(&check.clause) == Expected::Failed);
    wanted.truncate(MOST);
    others.retain(is_core);
    let mut hasher = DefaultHasher::new();
    (shown(path), seed).hash(&mut hasher);
    if !others.is_empty() {
        let index = hasher.finish() % others.len() as u64;
        wanted.push(others[usize::try_from(index).unwrap_or(0)]);
    }
    wanted
}
