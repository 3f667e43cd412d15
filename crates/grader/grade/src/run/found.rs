//! The findings of a submission's checks, kept beside its feedback if the grader failed on some of its clauses. When the instructor decides
//! what these faults count as, all files can be written again without checking again.

use super::place::FOUND;
use checks::Suite;
use grade::class::{Readers, replace};
use model::{CheckReport, Environment, RunReport, Verdict};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

/// The report of a run, with the remarks about what was handed in.
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

/// Keeps the findings in a submission's folder.
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

/// The findings that were kept there for a run with this seed; `None` if there are none, or not about these clauses.
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
    // A file that somebody has changed counts as missing: the submission is checked again.
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
