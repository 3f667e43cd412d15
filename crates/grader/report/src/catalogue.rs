//! What the labs require: the list of clauses with their last results, the explanation of one clause, and the paths of files.

use crate::Palette;
use crate::marks::{Dated, Mark, ago};
use crate::text::{count, indent, label, pad, width, wrap};
use model::{Clause, Lab, Tier};

/// Prose is easier to read in lines a little shorter than the report's.
const PROSE: usize = 90;

/// The command that runs one check: `cargo xtask check lab3 --only L3.4`.
pub fn command(lab: &Lab, clause: &Clause) -> String {
    format!("cargo xtask check {} --only {}", lab.name(), clause.id)
}

/// The file in which the student writes a program, or the document of a lab without programs, relative to the root of the workspace.
pub fn stub_file(lab: &Lab, program: &str) -> String {
    format!("labs/{}/{}", lab.package(), lab.source_file(program))
}

/// The lab's text for students, relative to the root of the workspace.
pub fn handout(lab: &Lab) -> String {
    format!("labs/{}/README.md", lab.package())
}

/// One line per lab: how much of it is done, by the last results of its clauses.
pub fn overview(labs: &[(&Lab, Vec<&Clause>, Option<Dated>)], palette: Palette) -> String {
    let rows: Vec<[String; 4]> = labs
        .iter()
        .map(|(lab, clauses, last)| {
            let when = last.as_ref().map_or_else(|| "not checked yet".to_owned(), checked);
            [lab.name(), lab.title.to_owned(), score(clauses, last.as_ref()), when]
        })
        .collect();
    let column = |index: usize| rows.iter().map(|row| width(&row[index])).max().unwrap_or(0);
    let lines = rows.iter().map(|row| {
        let [name, title, score, when] = row;
        let name = palette.strong(&pad(name, column(0)));
        let (title, score) = (pad(title, column(1)), pad(score, column(2)));
        format!("{name}  {title}  {score}  {}\n", palette.faint(when))
    });
    lines.collect()
}

/// All clauses of one lab as a table, program by program, each with its last result.
pub fn list(lab: &Lab, clauses: &[&Clause], last: Option<&Dated>, palette: Palette) -> String {
    let points: u32 = clauses.iter().map(|clause| clause.points).sum();
    let stars = clauses.iter().filter(|clause| clause.tier == Tier::Stretch).count();
    let heading = format!("{}  {}", lab.name(), lab.title);
    let worth = match last {
        Some(dated) => format!("{} · {}", score(clauses, last), checked(dated)),
        None => {
            format!("{}, {} · not checked yet", count(points as usize, "point"), count(stars, "star"))
        }
    };
    let mut lines = vec![format!("{}  {}", palette.strong(&heading), palette.faint(&worth))];
    let id = clauses.iter().map(|clause| width(clause.id)).max().unwrap_or(0);
    for subject in lab.subjects() {
        let arguments = lab.program(subject).map_or(&[][..], |program| program.arguments);
        let arguments: String = arguments.iter().map(|argument| format!(" {{{}}}", argument.name)).collect();
        lines.push(String::new());
        lines.push(format!("  {}{arguments}", palette.strong(subject)));
        for clause in clauses.iter().filter(|clause| clause.program == subject) {
            let mark = symbol(last.and_then(|dated| dated.marks.mark(clause)), palette);
            let start = format!("{}  {:<7}  {:>3}  ", pad(clause.id, id), tier(clause), worth_short(clause));
            let columns = 4 + width(&start);
            let title = wrap(clause.title(), crate::text::WIDTH - columns);
            lines.extend(label(&format!("  {mark} {start}"), title, columns));
        }
    }
    lines.extend(last.and_then(|dated| legend(clauses, dated, palette)));
    lines.join("\n") + "\n"
}

/// What a lab's programs may use, in the words of `--limit`.
pub fn limits(words: &[String], palette: Palette) -> String {
    format!("  {}\n", palette.faint(&format!("limits: {}", words.join(" "))))
}

/// The meaning of the marks in the list of these clauses.
fn legend(clauses: &[&Clause], last: &Dated, palette: Palette) -> Option<String> {
    const WORDS: [(&str, &str); 6] = [
        ("✓", "✓ passed"),
        ("✗", "✗ failed"),
        ("·", "· not written yet"),
        ("–", "– not decided"),
        ("!", "! the grader failed"),
        (" ", "without a mark: not checked yet"),
    ];
    let plain = Palette::new(false);
    let shown = |mark: &str| clauses.iter().any(|clause| symbol(last.marks.mark(clause), plain) == mark);
    let words: Vec<&str> = WORDS.iter().filter(|(mark, _)| shown(mark)).map(|(_, words)| *words).collect();
    (!words.is_empty()).then(|| format!("\n  {}", palette.faint(&words.join("   "))))
}

fn symbol(mark: Option<Mark>, palette: Palette) -> String {
    match mark {
        None => " ".to_owned(),
        Some(Mark::Passed) => palette.good("✓"),
        Some(Mark::Failed | Mark::Partly(_)) => palette.bad("✗"),
        Some(Mark::NotWritten) => palette.faint("·"),
        Some(Mark::Skipped) => palette.odd("–"),
        Some(Mark::Error) => palette.odd("!"),
    }
}

/// `points 64/100 · stars 1/6`
fn score(clauses: &[&Clause], last: Option<&Dated>) -> String {
    let score = last.map(|dated| dated.marks.clone()).unwrap_or_default().score(clauses);
    format!("points {}/{} · stars {}/{}", score.points, score.max, score.stars, score.max_stars)
}

fn checked(last: &Dated) -> String {
    format!("checked {}", ago(last.age))
}

/// The command that gives the hint after the first `step`.
pub(crate) fn next_hint(clause: &Clause, step: usize) -> String {
    format!("cargo xtask explain {} --hint {}", clause.id, step + 1)
}

/// One clause with everything that a reader can learn from it, the first `steps` of its hints, and the programs that it is about.
pub fn explain(lab: &Lab, clause: &Clause, programs: &[&str], steps: usize, palette: Palette) -> String {
    let worth = match clause.tier {
        Tier::Core => count(clause.points as usize, "point"),
        Tier::Stretch => "a star".to_owned(),
    };
    let each = if programs.len() > 1 { " for each of " } else { " · " };
    let facts = format!("{} · {} · {worth}{each}{}", lab.title, tier(clause), programs.join(", "));
    let title = format!("{}  {}", clause.id, clause.title());
    let mut lines: Vec<String> = wrap(&title, PROSE).iter().map(|line| palette.strong(line)).collect();
    lines.extend(wrap(&facts, PROSE).iter().map(|line| palette.faint(line)));
    let words = clause.words();
    let mut hints: Vec<String> = words
        .hints
        .iter()
        .zip(1..)
        .take(steps)
        .flat_map(|(hint, step)| label(&format!("{step}  "), wrap(hint, PROSE - 5), 3))
        .collect();
    if steps < words.hints.len() {
        hints.push(palette.faint(&format!("more: {}", next_hint(clause, steps))));
    }
    let causes = words.causes.iter().flat_map(|cause| label("- ", wrap(cause, PROSE - 4), 2)).collect();
    let sections = [
        ("Why it matters", wrap(&words.lesson, PROSE - 2)),
        ("How it is checked", wrap(&words.method, PROSE - 2)),
        ("Hint", hints),
        ("Common causes of failure", causes),
        ("Run just this check", vec![command(lab, clause)]),
        ("Handout", vec![handout(lab)]),
    ];
    for (heading, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
        lines.push(String::new());
        lines.push(palette.strong(heading));
        lines.extend(indent(section, 2));
    }
    lines.join("\n") + "\n"
}

fn tier(clause: &Clause) -> &'static str {
    match clause.tier {
        Tier::Core => "core",
        Tier::Stretch => "stretch",
    }
}

fn worth_short(clause: &Clause) -> String {
    match clause.tier {
        Tier::Core => clause.points.to_string(),
        Tier::Stretch => "★".to_owned(),
    }
}
