//! A summary of the class for the instructor: how many submissions there are of each kind, which clauses were missed most, and, separately,
//! what the grader could not decide and why.

mod missed;

use super::{Class, Entry, Mark, Outcome};
use missed::Missed;
use model::Clause;
use report::escape;
use report::markdown::{block, cell, code, prose};
use report::text::{count, label, pad, width, wrap};

/// The longest line of the text, and how much of it a bar may take.
const WIDTH: usize = 100;
const BAR: usize = 20;

/// The smallest width for a clause, even if the line becomes too long.
const NARROWEST: usize = 30;

/// How many characters are shown of a name, and of a reason.
const NAME: usize = 40;
const REASON: usize = 400;

/// The summary for a terminal.
pub fn text(class: &Class) -> String {
    let mut lines = vec![heading(class), String::new()];
    lines.extend(facts(class));
    let missed = missed::most_first(class);
    if !missed.is_empty() {
        lines.extend([String::new(), "What the class missed".to_owned()]);
        lines.extend(bars(&missed));
    }
    for (heading, entries) in apart(class) {
        lines.extend([String::new(), heading]);
        let name = entries.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
        for (told, reason) in entries {
            let reason = label(&format!("  {}", pad(&told, name)), wrap(&reason, WIDTH - 4 - name), 4 + name);
            lines.extend(reason.iter().map(|line| line.trim_end().to_owned()));
        }
    }
    lines.join("\n") + "\n"
}

/// The summary as a Markdown document. Its tables line up even before they are rendered.
pub fn markdown(class: &Class) -> String {
    let mut lines = vec![format!("# {}", prose(&heading(class))), String::new()];
    lines.extend(facts(class).iter().map(|fact| format!("- {}", fact.trim_start())));
    let missed = missed::most_first(class);
    if !missed.is_empty() {
        lines.extend(["", "## What the class missed", ""].map(str::to_owned));
        let head = ["", "clause", "missed", "", "not decided"].map(str::to_owned);
        let rows = missed.iter().map(|missed| {
            let title = cell(&prose(missed.title));
            let bar = bar(missed);
            [
                missed.label.clone(),
                title,
                missed.told(),
                bar,
                if missed.open == 0 { String::new() } else { missed.open.to_string() },
            ]
        });
        lines.extend(table(std::iter::once(head).chain(rows).collect()));
    }
    for (heading, entries) in apart(class) {
        if lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        lines.extend([format!("## {}", prose(&heading)), String::new()]);
        for (name, reason) in entries {
            lines.push(format!("- {}", code(&name)));
            if !reason.is_empty() {
                lines.extend([String::new()]);
                lines.extend(block(&wrap(&reason, WIDTH)).iter().map(|line| format!("  {line}")));
                lines.push(String::new());
            }
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

fn heading(class: &Class) -> String {
    let submissions = count(class.entries.len(), "submission");
    format!("Lab {} · {} · {submissions}", class.lab.number, class.lab.title)
}

/// How many submissions there are of each kind, and the median, the least and the most points.
fn facts(class: &Class) -> Vec<String> {
    const KINDS: [(&str, &str); 7] = [
        ("graded", "graded"),
        (
            "graded with faults as zero",
            "graded, where the grader's faults count as zero, as the instructor has decided",
        ),
        ("does not compile", "not compiling, worth nothing"),
        ("refused", "refused, worth nothing"),
        ("fault as zero", "worth nothing, as the instructor has decided, since the grader itself failed"),
        ("incomplete", "without a mark, since a core clause was not decided"),
        ("fault", "without a mark, since the grader itself failed"),
    ];
    let number =
        |status: &str| class.entries.iter().filter(|entry| entry.status(class.clauses) == status).count();
    let kinds = KINDS.iter().map(|(status, words)| (number(status), words)).filter(|(number, _)| *number > 0);
    let mut facts: Vec<String> = kinds.map(|(number, words)| format!("{number:>5}  {words}")).collect();
    let mut points: Vec<u32> =
        class.entries.iter().filter_map(|entry| entry.total(class.clauses).points).collect();
    points.sort_unstable();
    if let [lowest, .., highest] = points[..] {
        let median = f64::from(points[(points.len() - 1) / 2] + points[points.len() / 2]) / 2.0;
        facts.push(format!(
            "{median:>5}  points are the median of {}, {lowest} the least, {highest} the most",
            points.len()
        ));
    }
    facts
}

/// `L3.4  ████████░░░░  57 of 180  the clause`. A clause that needs several lines continues below its beginning.
fn bars(missed: &[Missed]) -> Vec<String> {
    let told = |missed: &Missed| match missed.open {
        0 => missed.told(),
        open => format!("{}, {open} undecided", missed.told()),
    };
    let widest = |shown: &dyn Fn(&Missed) -> usize| missed.iter().map(shown).max().unwrap_or(0);
    let (ids, counts) = (widest(&|missed| width(&missed.label)), widest(&|missed| width(&told(missed))));
    let columns = 2 + ids + 2 + BAR + 2 + counts + 2;
    let lines = missed.iter().flat_map(|missed| {
        let start = format!("  {}  {}  {}", pad(&missed.label, ids), bar(missed), told(missed));
        label(&start, wrap(missed.title, WIDTH.saturating_sub(columns).max(NARROWEST)), columns)
    });
    lines.collect()
}

/// The share that missed it, in whole characters, rounded up so that any share is visible.
fn bar(missed: &Missed) -> String {
    let full = (missed.missed * BAR).div_ceil(missed.of.max(1));
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

/// What is listed separately from what the class missed: a heading, and the submissions with their reasons.
fn apart(class: &Class) -> Vec<(String, Vec<(String, String)>)> {
    let told = |reason: fn(&Class, &Entry) -> Option<String>| {
        let entries = class.entries.iter();
        let entries = entries.filter_map(|entry| Some((name(entry), reason(class, entry)?)));
        entries.collect::<Vec<_>>()
    };
    let lists = [
        ("The grader's own faults, which say nothing about these submissions: grade them again", told(fault)),
        ("Without a mark, since a core clause was not decided: grade them again", told(open)),
        ("Without a star that was not decided: grade them again", told(starless)),
        ("The grader's own faults that count as zero, as the instructor has decided", told(ruled)),
        ("Refused", told(refusal)),
        ("Not compiling", told(unbuilt)),
    ];
    let lists = lists.into_iter().filter(|(_, entries)| !entries.is_empty());
    lists.map(|(heading, entries)| (heading.to_owned(), entries)).collect()
}

fn name(entry: &Entry) -> String {
    escape::cut(entry.name.as_bytes(), NAME)
}

fn fault(_: &Class, entry: &Entry) -> Option<String> {
    if entry.ruling.is_some() { None } else { message(entry) }
}

fn message(entry: &Entry) -> Option<String> {
    let Outcome::Fault(message) = &entry.outcome else { return None };
    Some(escape::cut(message.as_bytes(), REASON))
}

/// The fault, or the clauses with faults, if the instructor has decided what they count as.
fn ruled(class: &Class, entry: &Entry) -> Option<String> {
    entry.ruling?;
    message(entry).or_else(|| labels(class, entry, |mark, _| mark == Mark::Fault))
}

fn refusal(_: &Class, entry: &Entry) -> Option<String> {
    let Outcome::Refused(reason) = &entry.outcome else { return None };
    Some(escape::cut(reason.as_bytes(), REASON))
}

fn unbuilt(_: &Class, entry: &Entry) -> Option<String> {
    (entry.outcome == Outcome::DoesNotCompile).then(String::new)
}

/// The undecided clauses of a submission that has no mark because of them.
fn open(class: &Class, entry: &Entry) -> Option<String> {
    entry.total(class.clauses).points.is_none().then(|| undecided(class, entry))?
}

/// The undecided clauses of a submission that has a mark, if the grader failed on a stretch clause.
fn starless(class: &Class, entry: &Entry) -> Option<String> {
    let has_mark = entry.total(class.clauses).points.is_some();
    (has_mark && !entry.is_decided(class.clauses)).then(|| undecided(class, entry))?
}

fn undecided(class: &Class, entry: &Entry) -> Option<String> {
    labels(class, entry, |mark, clause| entry.share(mark, clause).is_none())
}

/// The clauses of a checked submission with certain marks.
fn labels(class: &Class, entry: &Entry, is_told: impl Fn(Mark, &Clause) -> bool) -> Option<String> {
    let Outcome::Graded(marks) = &entry.outcome else { return None };
    let told = class.clauses.iter().zip(marks).filter(|(clause, mark)| is_told(**mark, clause));
    let ids: Vec<String> = told.map(|(clause, _)| super::label(clause, class.clauses)).collect();
    Some(ids.join(", "))
}

/// A table with aligned columns. The first row is its head.
fn table(rows: Vec<[String; 5]>) -> Vec<String> {
    let columns: [usize; 5] =
        std::array::from_fn(|index| rows.iter().map(|row| width(&row[index])).max().unwrap_or(0));
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(columns).map(|(cell, columns)| pad(cell, columns));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    let rule = columns.map(|columns| "-".repeat(columns));
    lines.insert(1, line(&rule));
    lines
}
