//! The last result of each clause: `check` writes it and `list` shows it. The document is internal to the grader, and may be deleted at any
//! time.

use model::{CheckReport, Clause, Credit, Kind, RunReport, Score, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

/// The last result of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It is satisfied.
    Passed,
    /// It is not satisfied.
    Failed,
    /// Only these parts of it are satisfied.
    Partly(Credit),
    /// It is not satisfied, since its program is not written yet.
    NotWritten,
    /// It could not be decided.
    Skipped,
    /// The grader itself failed.
    Error,
}

/// The marks of one lab, by clause and program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    schema: u32,
    marks: BTreeMap<String, Mark>,
}

/// The marks of a lab, and how long ago they last changed.
#[derive(Clone, Debug)]
pub struct Dated {
    /// The marks.
    pub marks: Marks,
    /// The time since they last changed.
    pub age: Duration,
}

const SCHEMA: u32 = 2;

impl Marks {
    /// Reads what [`Marks::to_json`] has written.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_json(text: &[u8]) -> io::Result<Marks> {
        let marks: Marks = serde_json::from_slice(text)?;
        if marks.schema == SCHEMA {
            return Ok(marks);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, format!("its schema is {}", marks.schema)))
    }

    /// The marks as a document.
    ///
    /// # Errors
    /// None that are known.
    pub fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Takes over the verdicts of a run. Clauses that the run did not decide keep their marks.
    pub fn update(&mut self, report: &RunReport) {
        self.schema = SCHEMA;
        self.marks.extend(report.checks.iter().map(|check| (key(check.clause), Mark::of(check))));
    }

    /// The last result of a clause, if it was ever checked.
    pub fn mark(&self, clause: &Clause) -> Option<Mark> {
        self.marks.get(&key(clause)).copied()
    }

    /// The points and stars that are reached, of all that these clauses are worth.
    pub fn score(&self, clauses: &[&Clause]) -> Score {
        let credit = |clause| self.mark(clause).map_or(Credit::NONE, Mark::credit);
        Score::of(clauses.iter().map(|clause| (*clause, credit(clause))))
    }
}

fn key(clause: &Clause) -> String {
    format!("{} {}", clause.id, clause.program)
}

impl Mark {
    fn credit(self) -> Credit {
        match self {
            Mark::Passed => Credit::FULL,
            Mark::Partly(credit) => credit,
            Mark::Failed | Mark::NotWritten | Mark::Skipped | Mark::Error => Credit::NONE,
        }
    }

    fn of(check: &CheckReport) -> Mark {
        match &check.verdict {
            Verdict::Passed => Mark::Passed,
            Verdict::Failed(failure) if failure.kind == Kind::NotWritten => Mark::NotWritten,
            Verdict::Failed(failure) => failure.credit.map_or(Mark::Failed, Mark::Partly),
            Verdict::Skipped(_) => Mark::Skipped,
            Verdict::Error(_) => Mark::Error,
        }
    }
}

/// `5 minutes ago`, in the largest unit that fits.
pub(crate) fn ago(age: Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let seconds = age.as_secs();
    match UNITS.iter().find(|(length, _)| seconds >= *length) {
        Some((length, unit)) => {
            let units = usize::try_from(seconds / length).unwrap_or(usize::MAX);
            format!("{} ago", crate::text::count(units, unit))
        }
        None => "just now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let told = |seconds| ago(Duration::from_secs(seconds));
        assert_eq!(told(59), "just now");
        assert_eq!(told(60), "1 minute ago");
        assert_eq!(told(2 * 3600 - 1), "1 hour ago");
        assert_eq!(told(3 * 86_400), "3 days ago");
    }

    #[test]
    fn what_are_no_marks_is_told_as_such() {
        for text in
            ["", "{", "[]", r#"{"schema":2,"marks":{"L3.1 x":"perhaps"}}"#, r#"{"schema":1,"marks":{}}"#]
        {
            assert!(Marks::from_json(text.as_bytes()).is_err(), "{text}");
        }
    }
}
