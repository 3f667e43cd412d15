//! What the labs ask, without any verdict: the list of clauses, one clause explained, and where things are.

use crate::Palette;
use crate::text::{count, indent, label, pad, width, wrap};
use model::{Clause, Lab, Tier};

/// Prose is easier to read in lines a little shorter than the report's.
const PROSE: usize = 90;

/// The command that runs one check: `cargo xtask check lab3 --only L3.4`.
pub fn command(lab: &Lab, clause: &Clause) -> String {
    format!("cargo xtask check {} --only {}", lab.name(), clause.id)
}

/// Where the student writes a program, seen from the root of the workspace.
pub fn stub_file(lab: &Lab, program: &str) -> String {
    let package = lab.package();
    match lab.programs {
        [_] => format!("labs/{package}/src/main.rs"),
        _ => format!("labs/{package}/src/bin/{program}.rs"),
    }
}

/// Where the lab's text for students is, seen from the root of the workspace.
pub fn handout(lab: &Lab) -> String {
    format!("labs/{}/README.md", lab.package())
}

/// All clauses of one lab as a table, program by program.
pub fn list(lab: &Lab, clauses: &[&Clause], palette: Palette) -> String {
    let points: u32 = clauses.iter().map(|clause| clause.points).sum();
    let stars = clauses.iter().filter(|clause| clause.tier == Tier::Stretch).count();
    let heading = format!("{}  {}", lab.name(), lab.title);
    let worth = format!("{}, {}", count(points as usize, "point"), count(stars, "star"));
    let mut lines = vec![format!("{}  {}", palette.strong(&heading), palette.faint(&worth))];
    let id = clauses.iter().map(|clause| width(clause.id)).max().unwrap_or(0);
    for program in lab.programs {
        let arguments = program.arguments.iter().map(|argument| format!(" {{{}}}", argument.name));
        lines.push(String::new());
        lines.push(format!("  {}{}", palette.strong(program.name), arguments.collect::<String>()));
        for clause in clauses.iter().filter(|clause| clause.program == program.name) {
            let start =
                format!("    {}  {:<7}  {:>3}  ", pad(clause.id, id), tier(clause), worth_short(clause));
            let title = wrap(clause.title, crate::text::WIDTH - width(&start));
            lines.extend(label(&start, title, width(&start)));
        }
    }
    lines.join("\n") + "\n"
}

/// One clause with all that a reader needs to learn from it.
pub fn explain(lab: &Lab, clause: &Clause, palette: Palette) -> String {
    let worth = match clause.tier {
        Tier::Core => count(clause.points as usize, "point"),
        Tier::Stretch => "a star".to_owned(),
    };
    let facts = format!("{} · {} · {worth} · {}", lab.title, tier(clause), clause.program);
    let title = format!("{}  {}", clause.id, clause.title);
    let mut lines: Vec<String> = wrap(&title, PROSE).iter().map(|line| palette.strong(line)).collect();
    lines.push(palette.faint(&facts));
    let causes = clause.causes.iter().flat_map(|cause| label("- ", wrap(cause, PROSE - 4), 2)).collect();
    let sections = [
        ("Why it matters", wrap(clause.lesson, PROSE - 2)),
        ("How it is checked", wrap(clause.method, PROSE - 2)),
        ("Common causes of failure", causes),
        ("Hint", wrap(clause.hint, PROSE - 2)),
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
