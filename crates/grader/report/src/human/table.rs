//! The table of clauses, one line each, program by program. A program whose stub is not written has one line in place of its clauses.

use super::groups::{self, Groups};
use crate::text::{WIDTH, count, indent, label, pad, width, wrap};
use crate::{Origin, Palette, escape};
use model::{CheckReport, RunReport, Tier, Verdict};

/// The width of the mark, the gaps and the last column, beside id and title.
const FRAME: usize = 2 + 2 + 2 + 2 + 9;

pub(super) fn lines(report: &RunReport, groups: &Groups, origin: &Origin, palette: Palette) -> Vec<String> {
    let listed = || report.checks.iter().filter(|check| !groups::is_unwritten(check));
    let id = listed().map(|check| width(check.clause.id)).max().unwrap_or(0);
    let widest = listed().map(|check| width(check.clause.title())).max().unwrap_or(0);
    let columns = Columns { id, title: widest.min(WIDTH - FRAME - id) };
    let mut lines = Vec::new();
    for subject in report.lab.subjects() {
        let rows: Vec<_> = listed().filter(|check| check.clause.program == subject).collect();
        let unwritten = groups.unwritten.iter().find(|(name, _)| *name == subject);
        if rows.is_empty() && unwritten.is_none() {
            continue;
        }
        if report.lab.programs.len() > 1 {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(palette.strong(subject));
        }
        for check in rows {
            lines.extend(row(report, check, columns, palette));
        }
        if let Some((name, checks)) = unwritten {
            lines.extend(not_written(report, name, checks, origin, palette));
        }
    }
    lines
}

#[derive(Clone, Copy)]
struct Columns {
    id: usize,
    title: usize,
}

fn row(report: &RunReport, check: &CheckReport, columns: Columns, palette: Palette) -> Vec<String> {
    let clause = check.clause;
    let mark = symbol(&check.verdict, palette);
    let merit = merit(report, check);
    let mut title = wrap(clause.title(), columns.title).into_iter();
    let first = pad(&title.next().unwrap_or_default(), columns.title);
    let mut lines = vec![format!("  {mark} {}  {first}  {merit}", pad(clause.id, columns.id))];
    lines.extend(indent(title.collect(), 4 + columns.id + 2));
    // For a failure it is shown below, as what was expected.
    if let (Verdict::Passed, Some(finding)) = (&check.verdict, &check.finding) {
        let found = wrap(&escape::text(finding), WIDTH - FRAME - columns.id);
        let found = found.iter().map(|line| palette.faint(line)).collect();
        lines.extend(indent(found, 4 + columns.id + 2));
    }
    lines
}

/// The mark before a clause.
pub(crate) fn symbol(verdict: &Verdict, palette: Palette) -> String {
    match verdict {
        Verdict::Passed => palette.good("✓"),
        Verdict::Failed(_) => palette.bad("✗"),
        Verdict::Skipped(_) => palette.odd("–"),
        Verdict::Error(_) => palette.odd("!"),
    }
}

/// What the submission got for a clause: `6/10`, a star, or why it got nothing.
pub(crate) fn merit(report: &RunReport, check: &CheckReport) -> String {
    match (&check.verdict, check.clause.tier) {
        (Verdict::Skipped(_), _) => "skipped".to_owned(),
        (Verdict::Error(_), _) if !report.is_ruled(check) => "error".to_owned(),
        (_, Tier::Core) => format!("{}/{}", check.points(), check.clause.points),
        (Verdict::Passed, Tier::Stretch) => "★".to_owned(),
        (Verdict::Failed(_) | Verdict::Error(_), Tier::Stretch) => "☆".to_owned(),
    }
}

fn not_written(
    report: &RunReport,
    program: &str,
    checks: &[&CheckReport],
    origin: &Origin,
    palette: Palette,
) -> Vec<String> {
    let ids = groups::ids(checks);
    let is_document = report.lab.program(program).is_none();
    let said = if is_document {
        format!("{program} has no answer yet for {}: {ids}", count(checks.len(), "clause"))
    } else {
        let wait =
            if checks.len() == 1 { "1 clause waits" } else { &format!("{} clauses wait", checks.len()) };
        format!("{program} is not written yet (it stops at a todo!): {wait} for it: {ids}")
    };
    let mut lines = label(&format!("  {} ", palette.bad("✗")), wrap(&said, WIDTH - 4), 4);
    if origin.stubs {
        let package = report.lab.package();
        let stub = crate::catalogue::stub_file(report.lab, program);
        let pointer = if is_document {
            format!("Answer in {stub}; labs/{package}/README.md says how.")
        } else {
            format!("Write it in {stub}; labs/{package}/README.md says what it has to do.")
        };
        lines.extend(indent(wrap(&pointer, WIDTH - 4), 4));
    }
    lines
}
