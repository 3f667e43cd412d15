//! What the checks of a submission found out, kept beside what is told of it where the grader broke on some of its clauses. So all of
//! it can be told in another way, without checking again, when the instructor decides what these count as.

use super::place::FOUND;
use checks::Suite;
use grade::class::{Readers, replace};
use model::{CheckReport, Environment, RunReport, Verdict};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

/// A run, with the remarks about what was handed in.
#[derive(Debug, Serialize, Deserialize)]
struct Found {
    remarks: Vec<String>,
    environment: Environment,
    checks: Vec<Check>,
    duration: Duration,
}

#[derive(Debug, Serialize, Deserialize)]
struct Check {
    id: String,
    program: String,
    verdict: Verdict,
    finding: Option<String>,
    duration: Duration,
}

/// Keeps it in a submission's folder.
pub(super) fn keep(
    report: &RunReport,
    remarks: &[String],
    folder: &Path,
    readers: Readers,
) -> io::Result<()> {
    let check = |check: &CheckReport| Check {
        id: check.clause.id.to_owned(),
        program: check.clause.program.to_owned(),
        verdict: check.verdict.clone(),
        finding: check.finding.clone(),
        duration: check.duration,
    };
    let found = Found {
        remarks: remarks.to_vec(),
        environment: report.environment.clone(),
        checks: report.checks.iter().map(check).collect(),
        duration: report.duration,
    };
    replace(&folder.join(FOUND), &serde_json::to_vec(&found)?, readers)
}

/// What was kept there of a run with that seed; none where nothing was, or not about these clauses.
///
/// # Errors
/// Those of the file system.
pub(super) fn read(
    folder: &Path,
    suite: &'static Suite,
    seed: u64,
) -> io::Result<Option<(RunReport, Vec<String>)>> {
    let text = match fs::read(folder.join(FOUND)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    // Whoever has changed it gets what anybody gets of whom there is none: the submission is checked again.
    let Ok(Found { remarks, environment, checks, duration }) = serde_json::from_slice(&text) else {
        return Ok(None);
    };
    if checks.len() != suite.checks.len() {
        return Ok(None);
    }
    let report = |(check, found): (&'static checks::Check, Check)| {
        let clause = &check.clause;
        let Check { id, program, verdict, finding, duration } = found;
        let is_about_it = clause.id == id && clause.program == program;
        is_about_it.then_some(CheckReport { clause, verdict, finding, duration, record: None })
    };
    let checks = suite.checks.iter().zip(checks).map(report).collect::<Option<Vec<_>>>();
    let lab = &suite.lab;
    Ok(checks.map(|checks| (RunReport { lab, seed, environment, checks, duration, ruling: None }, remarks)))
}
