//! Results for Classroom 50: the document `classroom50/result/v1`, which its runner reads from the file `result.json`.
//! Source: <https://github.com/foundation50/classroom50/wiki/Advanced-Autograding>.
//!
//! The document cannot say that something is not known: its scores are numbers. So there is no document if a core clause was not decided,
//! and the runner then reports what failed instead of a mark. It has no place for words either: if the instructor has decided that a fault
//! of the grader counts as zero, the test's name says so.

use crate::human;
use crate::json::document;
use model::{CheckReport, RunReport, Verdict};
use serde::Serialize;
use std::io;

/// The runner's data about a submission, with its own names.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Submission {
    /// The classroom's short name: the runner's `CLASSROOM`.
    pub classroom: String,
    /// The assignment's short name: `ASSIGNMENT`.
    pub assignment: String,
    /// `individual` or `group`. If it is left out, the runner fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_type: Option<String>,
    /// The owner of the submission. If it is left out, the runner fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The tag that it was handed in with: `SUBMISSION_TAG`.
    pub submission: String,
    /// The address of its commit: `COMMIT_URL`.
    pub commit: String,
    /// The address of its release: `RELEASE_URL`.
    pub release: String,
    /// The address where it is reviewed: `REVIEW_URL`, or the commit's.
    pub review: String,
    /// When it was handed in, for example `2026-09-01T12:00:00Z`.
    pub datetime: String,
    /// When it was graded, in the same form.
    pub graded_at: String,
}

/// Writes the results of a finished run as one indented JSON document with a line feed at its end, and returns true. If a core clause was
/// not decided, writes nothing and returns false.
pub fn write(report: &RunReport, submission: &Submission, out: &mut impl io::Write) -> io::Result<bool> {
    let Some(score) = report.mark() else { return Ok(false) };
    let decided = report.checks.iter().filter(|check| report.has_worth(check));
    let tests = decided.map(|check| Test::of(report, check)).collect();
    let max_score = report.score().max;
    let result = Document { schema: "classroom50/result/v1", submission, score, max_score, tests };
    document(&result, out)?;
    Ok(true)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    submission: &'a Submission,
    score: u32,
    #[serde(rename = "max-score")]
    max_score: u32,
    tests: Vec<Test>,
}

/// A stretch clause is a test with no points.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test {
    test_name: String,
    passed: bool,
    score: u32,
    max_score: u32,
}

impl Test {
    fn of(report: &RunReport, check: &CheckReport) -> Self {
        let clause = check.clause;
        let ruled = if report.is_ruled(check) {
            format!(" (the grader failed; {})", human::RULED)
        } else {
            String::new()
        };
        Test {
            test_name: format!("{} {}: {}{ruled}", clause.id, clause.program, clause.title()),
            passed: check.verdict == Verdict::Passed,
            score: check.points(),
            max_score: clause.points,
        }
    }
}
