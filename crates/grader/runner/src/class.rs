//! Checking one submission among many. Everything that was handed in is ready; anything missing is the submission's fault.

mod account;

use crate::hand_in::HandIn;
use crate::worker::Keep;
use crate::{IsolationChoice, environment, in_parallel, jobs_for};
use account::{Account, Entry};
use checks::{Check, Suite};
use model::{CheckReport, Decision, Failure, Fault, Isolation, Kind, RunReport, Verdict};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much processor time and sleep all checks of a submission may use together: a fixed time for each clause, which is ten times what the
/// slowest known correct programs need.
pub fn usual_time(suite: &Suite) -> Duration {
    const FOR_A_CLAUSE: Duration = Duration::from_secs(30);
    FOR_A_CLAUSE * u32::try_from(suite.checks.len()).unwrap_or(u32::MAX)
}

/// Decides every clause of a lab on what was handed in, each in its own room, at most `most` at a time unless all of them mostly sleep.
/// Checks that would begin after all have used `time` are not tried.
pub fn decide_all(
    suite: &'static Suite,
    hand_in: &HandIn,
    seed: u64,
    most: usize,
    time: Duration,
) -> RunReport {
    let jobs = jobs_for(&suite.lab, suite.checks.len(), hand_in, most);
    let began = Instant::now();
    let names = suite.checks.iter().map(|check| (check.clause.id, check.clause.program)).collect();
    let account = Mutex::new(Account::new(time, names));
    let decided = || account.lock().unwrap_or_else(PoisonError::into_inner).decided();
    let mut checks = in_parallel(jobs, suite.checks.len(), |index| {
        let check = &suite.checks[index];
        if let Some(failure) = decided().swap_remove(index) {
            let verdict = Verdict::Failed(Box::new(failure));
            return CheckReport::of(&check.clause, verdict.into(), Duration::ZERO);
        }
        let (decision, duration) = decide(suite, check, hand_in, seed);
        account.lock().unwrap_or_else(PoisonError::into_inner).enter(index, Entry::of(&decision));
        CheckReport::of(&check.clause, decision, duration)
    });
    // Also checks that had begun before others ended, so that the result does not depend on when that was.
    for (report, failure) in checks.iter_mut().zip(decided()) {
        if let Some(failure) = failure {
            report.verdict = Verdict::Failed(Box::new(failure));
        }
    }
    let environment = environment(Isolation::Full, hand_in.confinement.limits, jobs);
    RunReport { lab: &suite.lab, seed, environment, checks, duration: began.elapsed(), ruling: None }
}

/// The report on a submission for which no check could begin: every clause has this verdict, which is a failure if the submission is the
/// reason.
pub fn without_checks(suite: &'static Suite, seed: u64, verdict: &Verdict) -> RunReport {
    let clauses = suite.checks.iter().map(|check| &check.clause);
    let environment = environment(Isolation::Full, suite.limits, 1);
    RunReport::without_checks(&suite.lab, clauses, seed, environment, verdict)
}

/// Finds out whether this machine allows namespaces to separate checks.
///
/// # Errors
/// When it does not: the step that it refuses, and the cure.
pub fn require_isolation() -> Result<(), Fault> {
    crate::isolation(IsolationChoice::Full).map(|_| ())
}

fn decide(suite: &Suite, check: &Check, hand_in: &HandIn, seed: u64) -> (Decision, Duration) {
    let program = check.clause.program;
    if suite.lab.program(program).is_none() || hand_in.templates.contains_key(program) {
        return crate::decide(check, seed, hand_in, true, Keep::Nothing);
    }
    let verdict = hand_in.broken.get(program).cloned().unwrap_or_else(|| {
        let missing = format!("there is no {program} in what was handed in");
        Verdict::Failed(Box::new(Failure::new(Kind::NotStarted, missing)))
    });
    (verdict.into(), Duration::ZERO)
}
