//! Results for Gradescope: its `results.json`, with a test for each clause.
//! Source: <https://gradescope-autograders.readthedocs.io/en/latest/specs/>, "Output format".
//!
//! Texts have the format `text`, which is shown unchanged in a fixed-width font. The conversation keeps its columns, and nothing in it is
//! read as HTML, as it might be in the other formats.
//!
//! Gradescope adds up the tests' scores if the submission has none, so a clause that was not decided would silently count as nothing. In
//! that case there is no score at all, the first words say why, and the verdicts are in the tests' `status`.

use crate::json::document;
use crate::text::count;
use crate::{Origin, escape, human};
use model::{CheckReport, RunReport, Tier, Verdict};
use serde::Serialize;
use std::io;

/// Writes the results of a finished run as one indented JSON document with a line feed at its end.
pub fn write(report: &RunReport, origin: &Origin, out: &mut impl io::Write) -> io::Result<()> {
    document(&Document::of(report, origin), out)
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    /// Seconds.
    execution_time: f64,
    output: String,
    output_format: &'static str,
    /// Instructors may see what the grader's command printed; students read `output`.
    stdout_visibility: &'static str,
    extra_data: Extra,
    tests: Vec<Test<'a>>,
}

/// What an instructor needs to repeat the run, and the results that give no points.
#[derive(Serialize)]
struct Extra {
    lab: String,
    seed: u64,
    stars: Option<u32>,
    max_stars: u32,
    undecided: Vec<&'static str>,
    /// Clauses on which the grader failed, if the instructor has decided that this counts as zero.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fault_is_zero: Vec<&'static str>,
}

#[derive(Serialize)]
struct Test<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    name: String,
    number: &'a str,
    output: String,
    output_format: &'static str,
    tags: [&'a str; 2],
    visibility: &'static str,
}

impl<'a> Document<'a> {
    fn of(report: &'a RunReport, origin: &Origin) -> Self {
        let mark = report.mark();
        let score = report.score();
        let test = |check| Test::of(report, check, origin, mark.is_some());
        Document {
            score: mark,
            execution_time: (report.duration.as_secs_f64() * 1000.0).round() / 1000.0,
            output: opening(report, mark),
            output_format: "text",
            stdout_visibility: "hidden",
            extra_data: Extra {
                lab: report.lab.name(),
                seed: report.seed,
                stars: report.stars(),
                max_stars: score.max_stars,
                undecided: report.undecided().map(|check| check.clause.id).collect(),
                fault_is_zero: report.ruled().map(|check| check.clause.id).collect(),
            },
            tests: report.checks.iter().map(test).collect(),
        }
    }
}

/// The text about the submission as a whole.
fn opening(report: &RunReport, mark: Option<u32>) -> String {
    let score = report.score();
    let mut lines = Vec::new();
    match mark {
        Some(points) => lines.push(format!("points {points}/{}", score.max)),
        None => lines.push(format!(
            "There is no score: {} could not be decided, through no fault of the submission. It has to be graded again.",
            count(report.undecided().count(), "clause"),
        )),
    }
    if score.max_stars > 0 {
        lines.push(format!("stars {}/{}, which are worth no points", score.stars, score.max_stars));
    }
    lines.extend(human::ruling(report));
    lines.push(format!("seed {}", report.seed));
    lines.extend(human::remarks(&report.environment));
    lines.join("\n").trim_end().to_owned()
}

impl<'a> Test<'a> {
    fn of(report: &RunReport, check: &'a CheckReport, origin: &Origin, has_score: bool) -> Self {
        let clause = check.clause;
        let is_core = clause.tier == Tier::Core;
        Test {
            score: (is_core && has_score).then(|| check.points()),
            max_score: (is_core && has_score).then_some(clause.points),
            status: match check.verdict {
                Verdict::Passed => Some("passed"),
                Verdict::Failed(_) => Some("failed"),
                Verdict::Skipped(_) | Verdict::Error(_) => None,
            },
            name: if is_core { clause.title().to_owned() } else { format!("★ {}", clause.title()) },
            number: clause.id,
            output: output(report, check, origin),
            output_format: "text",
            tags: [clause.program, if is_core { "core" } else { "stretch" }],
            visibility: "visible",
        }
    }
}

fn output(report: &RunReport, check: &CheckReport, origin: &Origin) -> String {
    match &check.verdict {
        Verdict::Passed => check.finding.as_deref().map(escape::text).unwrap_or_default(),
        Verdict::Failed(failure) => human::plain_failure(report, check, failure, origin),
        Verdict::Skipped(reason) => format!("not decided: {}", escape::text(reason)),
        Verdict::Error(fault) => {
            let told = format!("{}: {}", human::GRADER_FAILED, escape::text(&fault.message));
            if report.is_ruled(check) { format!("{told}\n{}", human::RULED) } else { told }
        }
    }
}
