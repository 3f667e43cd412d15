//! The report of a self-test: for each lab a table with one row per program, then every unexpected verdict, with the evidence if a program
//! failed that should have passed, and every clause that no wrong program tests.

mod json;
mod table;

pub use json::write as json;

use crate::human::{failure, remarks};
use crate::text::{WIDTH, count, indent, label, wrap};
use crate::{Palette, catalogue, escape};
use model::selftest::{Expected, LabOutcome, NotTried, Outcome, Subject, Trial};
use model::{Lab, Verdict};
use std::io;

/// Writes the report of a finished self-test. `command_suffix` is the end of a command that does the same again, after `cargo xtask
/// selftest lab3`, without a leading space: `--seed 7`.
pub fn human(
    outcome: &Outcome,
    command_suffix: &str,
    palette: Palette,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut lines = Vec::new();
    for lab in &outcome.labs {
        lines.push(String::new());
        lines.push(palette.strong(&format!("Self-test of lab {} · {}", lab.lab.number, lab.lab.title)));
        lines.push(String::new());
        lines.extend(table::lines(lab, palette));
        for trial in &lab.trials {
            lines.extend(deviations(lab.lab, trial, command_suffix, palette));
        }
        lines.extend(untested(lab, palette));
    }
    lines.push(String::new());
    lines.extend(remarks(&outcome.environment));
    lines.extend(not_tried(outcome));
    lines.push(palette.strong(&sum(outcome)));
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// What a program did that it should not have done; empty if all is well.
fn deviations(lab: &Lab, trial: &Trial, command_suffix: &str, palette: Palette) -> Vec<String> {
    let mut body = Vec::new();
    for (expected, check) in trial.deviations() {
        let id = check.clause.id;
        let words = |said: String| wrap(&format!("{id} {said}"), WIDTH - 2);
        match (&check.verdict, expected) {
            (Verdict::Passed, Expected::Failed) => {
                body.extend(words("should fail and passes: the mistake escapes".to_owned()));
            }
            (Verdict::Passed, _) => {
                body.extend(words("should fail as not written yet, and passes".to_owned()))
            }
            (Verdict::Failed(failure), Expected::NotWritten) => {
                let summary = escape::text(&failure.summary);
                body.extend(words(format!("should fail as not written yet, and fails otherwise: {summary}")));
            }
            (Verdict::Failed(failure), Expected::Failed) => {
                let (summary, missing) =
                    (escape::text(&failure.summary), trial.subject.unsaid(check).unwrap_or_default());
                let missing = escape::text(missing);
                body.extend(words(format!("fails as it should, but does not say \"{missing}\": {summary}")));
            }
            (Verdict::Failed(failure), Expected::Passed) => {
                body.extend(words("should pass and fails:".to_owned()));
                body.extend(indent(failure::evidence(failure, palette), 2));
            }
            (Verdict::Skipped(reason), _) => {
                body.extend(words(format!("was not decided here: {}", escape::text(reason))));
            }
            (Verdict::Error(fault), _) => {
                let message = escape::text(&fault.message);
                body.extend(words(format!("was not decided, since the grader itself failed: {message}")));
            }
        }
    }
    if body.is_empty() {
        return body;
    }
    let again = format!("{} {command_suffix}", again(lab, trial));
    body.push(format!("{}  {}", palette.faint("again"), escape::text(again.trim_end())));
    let mut lines = vec![String::new()];
    lines.extend(label(&format!("{} ", palette.bad("✗")), wrap(&name(lab, trial), WIDTH - 2), 2));
    lines.extend(indent(body, 2));
    lines
}

/// The program, and what is known about it.
fn name(lab: &Lab, trial: &Trial) -> String {
    let program = trial.program;
    match &trial.subject {
        Subject::Reference => format!("the reference of {program} does not satisfy every clause"),
        Subject::Stub => {
            let file = catalogue::stub_file(lab, program);
            format!("the stub of {program} is not untouched, or is told wrongly: {file}")
        }
        Subject::Correct { path, about } => {
            format!("{}\ncorrect: {}", escape::text(&path.display().to_string()), escape::text(about))
        }
        Subject::Wrong { path, about, fails, .. } => {
            let (path, fails) = (path.display().to_string(), fails.join(" "));
            format!("{}\nmistake: {}\nfails: {fails}", escape::text(&path), escape::text(about))
        }
    }
}

fn again(lab: &Lab, trial: &Trial) -> String {
    match &trial.subject {
        Subject::Reference | Subject::Stub => format!("cargo xtask selftest {}", lab.name()),
        Subject::Correct { path, .. } | Subject::Wrong { path, .. } => {
            format!("cargo xtask selftest {} --file {}", lab.name(), path.display())
        }
    }
}

fn untested(lab: &LabOutcome, palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    for clause in lab.untested() {
        let said = format!(
            "{} is a clause that nothing tests: no wrong program of {} names it in its first lines",
            clause.id, clause.program
        );
        lines.push(String::new());
        lines.extend(label(&format!("{} ", palette.bad("✗")), wrap(&said, WIDTH - 2), 2));
    }
    lines
}

/// The programs that were left out, by language.
fn not_tried(outcome: &Outcome) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for NotTried { language, command, programs } in &outcome.not_tried {
        let number = if parts.is_empty() { count(*programs, "program") } else { programs.to_string() };
        parts.push(format!("{number} in {language} ({command})"));
    }
    if parts.is_empty() { Vec::new() } else { wrap(&format!("not tried here: {}", parts.join(", ")), WIDTH) }
}

fn sum(outcome: &Outcome) -> String {
    let verdict = match (outcome.deviations(), outcome.untested()) {
        (0, 0) => "all as it should be".to_owned(),
        (deviations, 0) => format!("{deviations} not as expected"),
        (deviations, untested) => {
            format!("{deviations} not as expected · {} untested", count(untested, "clause"))
        }
    };
    format!(
        "{} · {} · {verdict} · seed {} · {:.1} s",
        count(outcome.trials().count(), "program"),
        count(outcome.checks().count(), "verdict"),
        outcome.seed,
        outcome.duration.as_secs_f64()
    )
}
