//! One failure in full: what happened, what the two sides did, why it matters, and how to repeat it.

use super::{groups, ladder, threads};
use crate::escape::{self, Nature};
use crate::text::{WIDTH, indent, label, wrap};
use crate::{Origin, Palette};
use model::{Action, CheckReport, Failure, Kind, RunReport, Shown, Tier, Verdict};

/// The column in which the text after a label begins.
const LABEL: usize = 10;

/// How many of the last lines of a program's output are shown.
const OUTPUT_LINES: usize = 6;
/// How many of the first lines of a text are shown.
const TEXT_LINES: usize = 40;

/// The first of the checks in full, and the names of the others, which failed in the same way.
pub(super) fn lines(
    report: &RunReport,
    checks: &[&CheckReport],
    origin: &Origin,
    palette: Palette,
) -> Vec<String> {
    let [check, others @ ..] = checks else { return Vec::new() };
    let Verdict::Failed(failure) = &check.verdict else { return Vec::new() };
    let clause = check.clause;
    let title = format!("{}  {} ({})", clause.id, clause.title(), worth(check));
    let mut lines: Vec<String> =
        wrap(&title, WIDTH - 2).into_iter().map(|line| palette.strong(&line)).collect();
    lines = label(&format!("{} ", palette.bad("✗")), lines, 2);
    lines.push(String::new());
    let mut body = evidence(failure, palette);
    body.extend(teaching(report, check, origin, palette));
    if !others.is_empty() {
        let text = format!("{} failed in the same way", groups::ids(others));
        body.extend(label(&label_text("also", palette), wrap(&text, WIDTH - 2 - LABEL), LABEL));
    }
    lines.extend(indent(body, 2));
    lines
}

/// What happened and what was seen.
pub(crate) fn evidence(failure: &Failure, palette: Palette) -> Vec<String> {
    let mut lines = wrap(&escape::text(&failure.summary), WIDTH - 2);
    lines.push(String::new());
    let shown = contrast(failure.expected.as_ref(), failure.got.as_ref(), palette);
    let output = if tells_much(failure.kind) { last_lines(&failure.output) } else { Vec::new() };
    let only_notes = failure.transcript.iter().all(|event| event.action == Action::Note);
    let conversation = if only_notes {
        "what was done"
    } else {
        "conversation  (──▶ to the program, ◀── from it)"
    };
    let sections = [
        ("", shown),
        (conversation, ladder::lines(&failure.transcript, WIDTH - 6)),
        ("the program at that moment", threads::lines(&failure.kernel, WIDTH - 6)),
        ("the end of what the program printed", output),
    ];
    for (heading, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
        if heading.is_empty() {
            lines.extend(section);
        } else {
            lines.push(palette.faint(heading));
            lines.extend(indent(section, 2));
        }
        lines.push(String::new());
    }
    lines
}

/// Why it matters, the first hint and where the next one is, and the command that runs just this check.
pub(super) fn teaching(
    report: &RunReport,
    check: &CheckReport,
    origin: &Origin,
    palette: Palette,
) -> Vec<String> {
    let mut lines = Vec::new();
    let words = check.clause.words();
    for (name, text) in [("why", &words.lesson), ("hint", &words.hints[0])] {
        lines.extend(label(&label_text(name, palette), wrap(text, WIDTH - 2 - LABEL), LABEL));
    }
    lines.push(format!("{}{}", label_text("more", palette), crate::catalogue::next_hint(check.clause, 1)));
    lines.push(format!("{}{}", label_text("again", palette), again(report, check, origin)));
    lines
}

/// The command that runs just this check, escaped.
pub(crate) fn again(report: &RunReport, check: &CheckReport, origin: &Origin) -> String {
    let command = crate::catalogue::command(report.lab, check.clause);
    escape::text(format!("{command} {}", origin.command_suffix).trim_end())
}

fn label_text(name: &str, palette: Palette) -> String {
    format!("{}{}", palette.faint(name), " ".repeat(LABEL - name.len()))
}

pub(crate) fn worth(check: &CheckReport) -> String {
    match check.clause.tier {
        Tier::Core if check.points() > 0 => format!("{} of {} points", check.points(), check.clause.points),
        Tier::Core => crate::text::count(check.clause.points as usize, "point"),
        Tier::Stretch => "a star".to_owned(),
    }
}

/// The expected value above the one that came, with a caret if both are bytes.
fn contrast(expected: Option<&Shown>, got: Option<&Shown>, palette: Palette) -> Vec<String> {
    let room = WIDTH - 2 - LABEL;
    if let (Some(Shown::Bytes(expected)), Some(Shown::Bytes(got))) = (expected, got) {
        let comparison = escape::compare(expected, got, room);
        let shown = |text: String| if text.is_empty() { "(no bytes)".to_owned() } else { text };
        let mut lines = vec![
            format!("{}{}", label_text("expected", palette), shown(comparison.expected)),
            format!("{}{}", label_text("got", palette), shown(comparison.got)),
        ];
        if let Some(difference) = comparison.difference {
            let before = crate::text::count(difference.offset, "byte");
            let remark = match difference.nature {
                Nature::Other if difference.offset == 0 => "differs from the first byte on".to_owned(),
                Nature::Other => format!("differs after {before}"),
                Nature::Short => format!("ends after {before}"),
                Nature::Long => format!("should end after {before}"),
            };
            lines.push(under(difference.column, &remark, room, palette));
        }
        return lines;
    }
    let side = |name: &str, shown: &Shown| match shown {
        Shown::Bytes(bytes) => vec![format!("{}{}", label_text(name, palette), escape::cut(bytes, room))],
        // A compiler's message shows positions by its columns.
        Shown::Text(text) if text.contains('\n') => {
            label(&label_text(name, palette), first_lines(text, room), LABEL)
        }
        Shown::Text(text) => label(&label_text(name, palette), wrap(&escape::text(text), room), LABEL),
    };
    let mut lines: Vec<String> = expected.map(|shown| side("expected", shown)).unwrap_or_default();
    lines.extend(got.map(|shown| side("got", shown)).unwrap_or_default());
    lines
}

/// The line with the caret. The remark is on the side that has room for it.
fn under(column: usize, remark: &str, room: usize, palette: Palette) -> String {
    let caret = palette.bad("^");
    if column + 2 + remark.len() <= room {
        format!("{}{caret} {remark}", " ".repeat(LABEL + column))
    } else {
        format!("{}{remark} {caret}", " ".repeat(LABEL + column - remark.len() - 1))
    }
}

/// Whether the program's own last words help to understand a failure of this kind.
fn tells_much(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NotStarted
            | Kind::NotListening
            | Kind::Exited
            | Kind::Crashed
            | Kind::ExitStatus
            | Kind::Output
            | Kind::Ended
            | Kind::Reset
    )
}

/// The first lines of a long text, after a bar as in [`last_lines`].
fn first_lines(text: &str, room: usize) -> Vec<String> {
    let count = text.lines().count();
    let lines =
        text.lines().take(TEXT_LINES).map(|line| format!("│ {}", escape::cut(line.as_bytes(), room - 2)));
    let more = count.saturating_sub(TEXT_LINES);
    let rest = (more > 0).then(|| format!("│ … {} …", crate::text::count(more, "more line")));
    lines.chain(rest).collect()
}

/// The last lines of an output. The bar separates a program's lines from the grader's, for readers and for services that read commands at
/// the beginning of a line.
fn last_lines(output: &[u8]) -> Vec<String> {
    let printed = output.strip_suffix(b"\n").unwrap_or(output);
    if printed.is_empty() {
        return Vec::new();
    }
    let lines: Vec<&[u8]> = printed.split(|&byte| byte == b'\n').collect();
    let first = lines.len().saturating_sub(OUTPUT_LINES);
    let shown = lines[first..].iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut shown: Vec<String> = shown.map(|line| format!("│ {}", escape::cut(line, WIDTH - 8))).collect();
    if first > 0 {
        shown.insert(0, format!("│ … {} …", crate::text::count(first, "more line")));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_lines_and_its_columns() {
        let text = Shown::from("error: x\n  --> a.rs:1:1\n\u{1b}[2J".to_owned());
        let lines = contrast(None, Some(&text), Palette::PLAIN);
        assert_eq!(lines, ["got       │ error: x", "          │   --> a.rs:1:1", "          │ \\x1B[2J"]);
        let long = contrast(None, Some(&Shown::from("x\n".repeat(TEXT_LINES + 2))), Palette::PLAIN);
        assert_eq!(long.len(), TEXT_LINES + 1);
        assert!(long[TEXT_LINES].contains("2 more lines"), "{long:?}");
    }
}
