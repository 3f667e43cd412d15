//! The totals of a lab's trials, one row for each of its programs.

use crate::Palette;
use crate::text::{pad, width};
use model::selftest::{LabOutcome, Subject, Trial};

/// How many are as expected, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) right: usize,
    pub(super) total: usize,
}

/// The totals of one program's trials.
pub(super) struct Row {
    pub(super) program: &'static str,
    /// Clauses that the reference satisfies.
    pub(super) reference: Tally,
    /// Clauses that the stub fails as not written yet.
    pub(super) stub: Tally,
    /// Correct programs that satisfy every clause.
    pub(super) correct: Tally,
    /// Wrong programs that fail exactly the clauses that they name.
    pub(super) wrong: Tally,
    /// Clauses that a wrong program names.
    pub(super) tested: Tally,
}

impl Tally {
    fn add(&mut self, right: bool) {
        self.right += usize::from(right);
        self.total += 1;
    }

    fn shown(self) -> String {
        if self.total == 0 { "–".to_owned() } else { format!("{}/{}", self.right, self.total) }
    }
}

impl Row {
    fn of(lab: &LabOutcome, program: &'static str) -> Row {
        let none = Tally::default();
        let mut row = Row { program, reference: none, stub: none, correct: none, wrong: none, tested: none };
        for trial in lab.trials.iter().filter(|trial| trial.program == program) {
            let deviations = trial.deviations().count();
            let clauses =
                |trial: &Trial| Tally { right: trial.checks.len() - deviations, total: trial.checks.len() };
            match &trial.subject {
                Subject::Reference => row.reference = clauses(trial),
                Subject::Stub => row.stub = clauses(trial),
                Subject::Correct { .. } => row.correct.add(deviations == 0),
                Subject::Wrong { .. } => row.wrong.add(deviations == 0),
            }
        }
        for clause in lab.clauses.iter().filter(|clause| lab.whole && clause.program == program) {
            row.tested.add(lab.is_tested(clause));
        }
        row
    }

    fn tallies(&self) -> [Tally; 5] {
        [self.reference, self.stub, self.correct, self.wrong, self.tested]
    }
}

/// One row for each program that was tried.
pub(super) fn rows(lab: &LabOutcome) -> Vec<Row> {
    let rows = lab.lab.subjects().map(|subject| Row::of(lab, subject));
    rows.filter(|row| row.tallies().iter().any(|tally| tally.total > 0)).collect()
}

const HEADING: [[&str; 2]; 5] = [
    ["reference", "passes"],
    ["stub", "fails"],
    ["correct", "pass"],
    ["wrong fail", "as named"],
    ["clauses", "tested"],
];

pub(super) fn lines(lab: &LabOutcome, palette: Palette) -> Vec<String> {
    let rows = rows(lab);
    let first = rows.iter().map(|row| width(row.program)).max().unwrap_or(0);
    let column = |index: usize| {
        let cells = rows.iter().map(|row| width(&row.tallies()[index].shown()));
        cells.chain(HEADING[index].map(width)).max().unwrap_or(0)
    };
    let columns: Vec<usize> = (0..HEADING.len()).map(column).collect();
    let mut lines = Vec::new();
    for half in 0..2 {
        let cells = HEADING.iter().zip(&columns).map(|(words, columns)| pad(words[half], *columns));
        let line = format!("{}  {}", pad("", first), cells.collect::<Vec<_>>().join("  "));
        lines.push(palette.faint(line.trim_end()));
    }
    for row in &rows {
        let mut line = pad(row.program, first);
        for (tally, columns) in row.tallies().into_iter().zip(&columns) {
            let shown = tally.shown();
            let room = " ".repeat(columns - width(&shown));
            let shown = if tally.right == tally.total { shown } else { palette.bad(&shown) };
            line.push_str(&format!("  {shown}{room}"));
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}
