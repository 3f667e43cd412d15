//! The report for a terminal: a table of all clauses, then each distinct failure in full, then what could not be decided, then the score.
//! Equal failures are described once: a stub that is not written, or a program that does not start, is one message with a list of clauses,
//! not a page for each of them.

pub(crate) mod failure;
pub(crate) mod groups;
mod ladder;
pub(crate) mod table;
mod threads;

use crate::text::{WIDTH, count, indent, label, wrap};
use crate::{Origin, Palette, escape};
use groups::Groups;
use model::{CheckReport, Environment, Event, Failure, Isolation, Lab, RunReport};
use std::io;

/// The line above the grader's own failures.
pub(crate) const GRADER_FAILED: &str = "the grader itself failed; this says nothing about the program";

/// The line for a failure of the grader that counts as zero by the instructor's decision.
pub(crate) const RULED: &str = "the instructor has decided that this counts as zero";

/// The same statement about the clauses of a whole run.
pub(crate) fn ruling(report: &RunReport) -> Option<String> {
    let ruled: Vec<&CheckReport> = report.ruled().collect();
    let ids = groups::ids(&ruled);
    let told = || {
        format!("The grader itself failed on {ids}, and the instructor has decided that this counts as zero.")
    };
    (!ruled.is_empty()).then(told)
}

/// Writes the report of a finished run.
pub fn write(
    report: &RunReport,
    origin: &Origin,
    palette: Palette,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let groups = Groups::of(report);
    let mut lines = vec![String::new(), palette.strong(&heading(report.lab)), String::new()];
    lines.extend(table::lines(report, &groups, origin, palette));
    for (_, checks) in &groups.failed {
        lines.push(String::new());
        lines.extend(failure::lines(report, checks, origin, palette));
    }
    lines.extend(undecided(&groups, palette));
    lines.push(String::new());
    if let Some(ruling) = ruling(report) {
        lines.extend(wrap(&ruling, WIDTH));
        lines.push(String::new());
    }
    lines.extend(remarks(&report.environment));
    let so_far = if report.mark().is_some() { "" } else { "no mark yet, so far " };
    lines.push(palette.strong(&format!("{so_far}{}", score(report))));
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// A whole conversation, one line per event, with all of its bytes and without colours.
pub fn conversation(events: &[Event]) -> String {
    ladder::all(events).iter().map(|line| format!("{line}\n")).collect()
}

/// One failure in full without colours, for formats that embed the text.
pub(crate) fn plain_failure(
    report: &RunReport,
    check: &CheckReport,
    failure: &Failure,
    origin: &Origin,
) -> String {
    let mut lines = failure::evidence(failure, Palette::new(false));
    lines.extend(failure::teaching(report, check, origin, Palette::new(false)));
    lines.join("\n")
}

/// Remarks for checks that shared the machine's network, and for programs that had less memory than they may use.
pub(crate) fn remarks(environment: &Environment) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Isolation::None(reason) = &environment.isolation {
        remarks.push(format!("The checks ran without isolation: {}", escape::text(reason)));
    }
    if let Some(memory) = environment.memory {
        remarks.push(format!(
            "This machine had {} MiB of memory left, less than programs may use: who uses more than that fails here.",
            memory >> 20
        ));
    }
    remarks.into_iter().flat_map(|remark| wrap(&remark, WIDTH).into_iter().chain([String::new()])).collect()
}

pub(crate) fn heading(lab: &Lab) -> String {
    format!("Lab {} · {}", lab.number, lab.title)
}

/// The skipped checks, once for each reason, and the grader's own failures, separate from everything that the program did.
fn undecided(groups: &Groups, palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    for (reason, checks) in &groups.skipped {
        let title = format!("{} not decided here: {}", count(checks.len(), "clause"), groups::ids(checks));
        lines.push(String::new());
        lines.extend(label(&palette.odd("– "), wrap(&title, WIDTH - 2), 2));
        lines.extend(indent(wrap(&escape::text(reason), WIDTH - 2), 2));
    }
    if !groups.faults.is_empty() {
        lines.push(String::new());
        lines.push(palette.odd(&format!("! {GRADER_FAILED}")));
        for (message, checks) in &groups.faults {
            let text = format!("{}: {}", groups::ids(checks), escape::text(message));
            lines.extend(indent(wrap(&text, WIDTH - 2), 2));
        }
    }
    lines
}

pub(crate) fn score(report: &RunReport) -> String {
    let score = report.score();
    let mut parts = Vec::new();
    if score.max > 0 {
        parts.push(format!("points {}/{}", score.points, score.max));
    }
    if score.max_stars > 0 {
        parts.push(format!("stars {}/{}", score.stars, score.max_stars));
    }
    parts.push(format!("seed {}", report.seed));
    parts.push(format!("{:.1} s", report.duration.as_secs_f64()));
    parts.join(" · ")
}
