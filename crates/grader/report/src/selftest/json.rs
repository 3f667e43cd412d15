//! A self-test for programs: schema 1. Fields are only ever added; a change of meaning gets a new schema number.

use super::table::{Row, Tally, rows};
use crate::escape;
use crate::json::{Check, Environment, document};
use model::selftest::{Expected, LabOutcome, Outcome, Subject, Trial};
use serde::Serialize;
use std::io;
use std::path::Path;

/// Writes a finished self-test as one indented JSON document with a line feed at its end.
pub fn write(outcome: &Outcome, out: &mut impl io::Write) -> io::Result<()> {
    document(&Document::of(outcome), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    seed: u64,
    duration_ms: u64,
    environment: Environment<'a>,
    /// How many programs were tried.
    programs: usize,
    /// How many verdicts they got in all.
    verdicts: usize,
    labs: Vec<Lab<'a>>,
    /// Programs that were left out.
    not_tried: Vec<NotTried<'a>>,
}

#[derive(Serialize)]
struct NotTried<'a> {
    language: &'a str,
    /// The missing compiler or interpreter.
    missing: &'a str,
    programs: usize,
}

#[derive(Serialize)]
struct Lab<'a> {
    lab: String,
    title: &'a str,
    programs: Vec<Program>,
    /// Clauses that no wrong program names.
    untested: Vec<&'a str>,
    deviations: Vec<Deviation<'a>>,
}

#[derive(Serialize)]
struct Program {
    program: &'static str,
    reference: Option<Count>,
    stub: Option<Count>,
    correct: Option<Count>,
    wrong: Option<Count>,
    clauses: Option<Count>,
}

/// How many are as expected, of how many.
#[derive(Serialize)]
struct Count {
    right: usize,
    total: usize,
}

/// A verdict that is not as expected.
#[derive(Serialize)]
struct Deviation<'a> {
    program: &'a str,
    /// `reference`, `stub`, `correct` or `wrong`.
    subject: &'a str,
    path: Option<String>,
    about: Option<String>,
    /// `passed`, `failed` or `not_written`.
    expected: &'a str,
    /// The result, as in the results of a check.
    check: Check<'a>,
}

impl<'a> Document<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        Document {
            schema: 1,
            seed: outcome.seed,
            duration_ms: outcome.duration.as_millis() as u64,
            environment: Environment::of(&outcome.environment),
            programs: outcome.trials().count(),
            verdicts: outcome.checks().count(),
            labs: outcome.labs.iter().map(Lab::of).collect(),
            not_tried: outcome.not_tried.iter().map(NotTried::of).collect(),
        }
    }
}

impl<'a> NotTried<'a> {
    fn of(left_out: &'a model::selftest::NotTried) -> Self {
        let model::selftest::NotTried { language, command, programs } = left_out;
        NotTried { language, missing: command, programs: *programs }
    }
}

impl<'a> Lab<'a> {
    fn of(lab: &'a LabOutcome) -> Self {
        Lab {
            lab: lab.lab.name(),
            title: lab.lab.title,
            programs: rows(lab).iter().map(Program::of).collect(),
            untested: lab.untested().iter().map(|clause| clause.id).collect(),
            deviations: lab.trials.iter().flat_map(Deviation::all).collect(),
        }
    }
}

impl Program {
    fn of(row: &Row) -> Self {
        let count =
            |tally: Tally| (tally.total > 0).then_some(Count { right: tally.right, total: tally.total });
        Program {
            program: row.program,
            reference: count(row.reference),
            stub: count(row.stub),
            correct: count(row.correct),
            wrong: count(row.wrong),
            clauses: count(row.tested),
        }
    }
}

impl<'a> Deviation<'a> {
    fn all(trial: &'a Trial) -> impl Iterator<Item = Deviation<'a>> {
        let said = |path: &Path, about: &str| {
            (Some(escape::text(&path.display().to_string())), Some(escape::text(about)))
        };
        let (subject, (path, about)) = match &trial.subject {
            Subject::Reference => ("reference", (None, None)),
            Subject::Stub => ("stub", (None, None)),
            Subject::Correct { path, about } => ("correct", said(path, about)),
            Subject::Wrong { path, about, .. } => ("wrong", said(path, about)),
        };
        trial.deviations().map(move |(expected, check)| Deviation {
            program: trial.program,
            subject,
            path: path.clone(),
            about: about.clone(),
            expected: match expected {
                Expected::Passed => "passed",
                Expected::Failed => "failed",
                Expected::NotWritten => "not_written",
            },
            check: Check::of(check),
        })
    }
}
