//! The file that a student reads: one Markdown file with everything that the terminal would show.
//!
//! The evidence is what [`human`] shows, in blocks of code. There the conversation keeps its columns, and nothing from a submission is read
//! as Markdown ([`crate::markdown`]).

use crate::human::{self, failure, groups, table};
use crate::markdown::{block, cell, code, prose};
use crate::text::count;
use crate::{Origin, Palette, escape};
use groups::Groups;
use model::{CheckReport, Lab, RunReport, Verdict};
use std::io;

/// A file has no escape sequences.
const PLAIN: Palette = Palette::PLAIN;

/// Writes the results of a finished run. The remarks are about what was handed in, such as files that were left out. They may hold names
/// from the submission.
pub fn write(
    report: &RunReport,
    remarks: &[String],
    origin: &Origin,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let groups = Groups::of(report);
    let mut lines = vec![format!("# {}", prose(&human::heading(report.lab))), String::new()];
    lines.push(score(report));
    if let Some(ruling) = human::ruling(report) {
        lines.extend([String::new(), ruling]);
    }
    lines.extend(handed_in(remarks));
    lines.extend(tables(report));
    for (subject, checks) in &groups.unwritten {
        let is_document = report.lab.program(subject).is_none();
        let what =
            if is_document { "has no answer yet" } else { "is not written yet: it stops at a `todo!`" };
        lines.extend(heading(&format!("✗ {subject} {what}")));
        lines.push(format!("What waits for it: {}", groups::ids(checks)));
    }
    for (_, checks) in &groups.failed {
        lines.extend(failed(report, checks, origin));
    }
    lines.extend(undecided(&groups));
    let shared: Vec<String> = human::remarks(&report.environment);
    if !shared.is_empty() {
        lines.push(String::new());
        lines.extend(block(shared.strip_suffix(&[String::new()]).unwrap_or(&shared)));
    }
    print(&lines, out)
}

/// Writes why there are no verdicts: one sentence, and the message that belongs to it, such as the compiler's or the reason why an archive
/// was refused. The message may come from a submission.
pub fn without_verdicts(
    lab: &Lab,
    told: &str,
    words: &[u8],
    remarks: &[String],
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut lines = vec![format!("# {}", prose(&human::heading(lab))), String::new(), prose(told)];
    if !words.is_empty() {
        lines.push(String::new());
        lines.extend(block(&escape::lines(words)));
    }
    lines.extend(handed_in(remarks));
    print(&lines, out)
}

fn print(lines: &[String], out: &mut impl io::Write) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// The last line of the terminal's report, or a statement that this is no mark yet.
fn score(report: &RunReport) -> String {
    match report.undecided().count() {
        0 => format!("**{}**", human::score(report)),
        open => format!(
            "**No mark yet**: {} could not be decided, through no fault of yours. So far {}",
            count(open, "clause"),
            human::score(report),
        ),
    }
}

fn heading(words: &str) -> [String; 3] {
    [String::new(), format!("## {}", prose(words)), String::new()]
}

fn handed_in(remarks: &[String]) -> Vec<String> {
    if remarks.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::from(heading("What was handed in"));
    let remarks: Vec<String> = remarks.iter().map(|remark| escape::escape(remark.as_bytes())).collect();
    lines.extend(block(&remarks));
    lines
}

/// A table of clauses for each program, with measured values below it.
fn tables(report: &RunReport) -> Vec<String> {
    let mut lines = Vec::new();
    for subject in report.lab.subjects() {
        let checks: Vec<_> = report.checks.iter().filter(|check| check.clause.program == subject).collect();
        if checks.is_empty() {
            continue;
        }
        lines.extend(heading(subject));
        lines.push("| | | clause | |".to_owned());
        lines.push("|---|---|---|---|".to_owned());
        lines.extend(checks.iter().map(|check| row(report, check)));
        let found: Vec<_> = checks.iter().filter_map(|check| finding(check)).collect();
        if !found.is_empty() {
            lines.push(String::new());
            lines.extend(found);
        }
    }
    lines
}

fn row(report: &RunReport, check: &CheckReport) -> String {
    let mark = table::symbol(&check.verdict, PLAIN);
    let title = cell(&prose(check.clause.title()));
    format!("| {mark} | {} | {title} | {} |", check.clause.id, table::merit(report, check))
}

/// The measured value of a clause that passed. For a failure it is shown below, as what was expected.
fn finding(check: &CheckReport) -> Option<String> {
    let finding = check.finding.as_ref().filter(|_| check.verdict == Verdict::Passed)?;
    Some(format!("- {}: {}", check.clause.id, code(&escape::text(finding))))
}

/// The first of the checks in full, and the names of the others, which failed in the same way.
fn failed(report: &RunReport, checks: &[&CheckReport], origin: &Origin) -> Vec<String> {
    let [check, others @ ..] = checks else { return Vec::new() };
    let Verdict::Failed(failure) = &check.verdict else { return Vec::new() };
    let clause = check.clause;
    let title = format!("✗ {} {} ({})", clause.id, clause.title(), failure::worth(check));
    let mut lines = Vec::from(heading(&title));
    let mut evidence = failure::evidence(failure, PLAIN);
    while evidence.last().is_some_and(String::is_empty) {
        evidence.pop();
    }
    lines.extend(block(&evidence));
    let mut paragraph = |text: String| lines.extend([String::new(), text]);
    paragraph(format!("**Why** {}", prose(&clause.words().lesson)));
    paragraph(format!("**Hint** {}", prose(&clause.words().hints[0])));
    if !others.is_empty() {
        paragraph(format!("**Also** {} failed in the same way", groups::ids(others)));
    }
    paragraph(format!("**Again** {}", code(&failure::again(report, check, origin))));
    lines
}

/// The skipped checks and the grader's own failures, separate from everything that the program did.
fn undecided(groups: &Groups) -> Vec<String> {
    let mut lines = Vec::new();
    for (reason, checks) in &groups.skipped {
        let title = format!("– {} not decided: {}", count(checks.len(), "clause"), groups::ids(checks));
        lines.extend(heading(&title));
        lines.extend(block(&escape::lines(reason.as_bytes())));
    }
    for (message, checks) in &groups.faults {
        lines.extend(heading(&format!("! {}: {}", groups::ids(checks), human::GRADER_FAILED)));
        lines.extend(block(&escape::lines(message.as_bytes())));
    }
    lines
}
