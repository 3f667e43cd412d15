//! Checking one submission among many: what was handed in is ready, and whatever it lacks is its own affair.

use crate::commands::HandIn;
use crate::worker::Keep;
use crate::{IsolationChoice, environment, in_parallel, jobs_for, run_one};
use checks::{Check, Suite};
use model::{CheckReport, Failure, Fault, Isolation, Kind, RunReport, Verdict};
use std::time::{Duration, Instant};

/// Decides every clause of a lab on what was handed in, each in a room of its own, so many at a time. `most` holds where none of
/// them mostly sleeps.
pub fn decide_all(suite: &'static Suite, hand_in: &HandIn, seed: u64, most: usize) -> RunReport {
    let jobs = jobs_for(&suite.lab, suite.checks.len(), hand_in, most);
    let began = Instant::now();
    let checks =
        in_parallel(jobs, suite.checks.len(), |index| decide(suite, &suite.checks[index], hand_in, seed));
    let environment = environment(Isolation::Full, hand_in.confinement.limits, jobs);
    RunReport { lab: &suite.lab, seed, environment, checks, duration: began.elapsed(), ruling: None }
}

/// What is found out about a submission of which no check could begin: every clause has this verdict, a failure where that is for a
/// reason of its own.
pub fn without_checks(suite: &'static Suite, seed: u64, verdict: &Verdict) -> RunReport {
    let clauses = suite.checks.iter().map(|check| &check.clause);
    let environment = environment(Isolation::Full, suite.limits, 1);
    RunReport::without_checks(&suite.lab, clauses, seed, environment, verdict)
}

/// Finds out whether this machine lets checks be kept apart by namespaces.
///
/// # Errors
/// When it does not: the step that it refuses, and the cure.
pub fn require_isolation() -> Result<(), Fault> {
    crate::isolation(IsolationChoice::Full).map(|_| ())
}

fn decide(suite: &Suite, check: &'static Check, hand_in: &HandIn, seed: u64) -> CheckReport {
    let program = check.clause.program;
    if suite.lab.program(program).is_none() || hand_in.templates.contains_key(program) {
        return run_one(check, seed, hand_in, true, Keep::Nothing);
    }
    let verdict = hand_in.broken.get(program).cloned().unwrap_or_else(|| {
        let missing = format!("there is no {program} in what was handed in");
        Verdict::Failed(Box::new(Failure::new(Kind::NotStarted, missing)))
    });
    CheckReport { clause: &check.clause, verdict, finding: None, duration: Duration::ZERO, record: None }
}
