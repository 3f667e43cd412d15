//! `grades.csv`: a row for each submission, for a spreadsheet, and for the grader to continue from.
//!
//! A row is one line, so a line without its end was cut off by a kill. A clause on which the grader failed has the word `fault`, even if
//! the instructor has decided what that counts as. The status and the points follow from that decision, which is kept elsewhere.

use super::{Entry, Mark, Outcome, Readers, cell, label, replace, worth};
use model::{Clause, Tier};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The columns before those of the clauses.
const COLUMNS: [&str; 8] = ["name", "handed in as", "status", "reason", "points", "of", "stars", "digest"];

/// A sheet that rows are appended to.
#[derive(Debug)]
pub struct Sheet<'a> {
    file: File,
    length: u64,
    clauses: &'a [&'a Clause],
}

/// Why a sheet cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not a sheet of marks for these clauses.
    #[error("its columns are not those of this lab")]
    OtherColumns,
    /// The line with this number was not written by the grader, or was changed since.
    #[error("line {0} is not as the grader writes it")]
    Line(u64),
}

impl<'a> Sheet<'a> {
    /// Writes a sheet with these rows in place of an existing one, and keeps it open for more. The rows are: none for a new sheet, those
    /// from [`read`] that still hold to continue one, or those of several sheets to merge them.
    ///
    /// # Errors
    /// Those of the file system; the earlier file then still exists.
    pub fn start(
        path: &Path,
        clauses: &'a [&'a Clause],
        entries: &[Entry],
        readers: Readers,
    ) -> io::Result<Self> {
        let mut text = line(header(clauses))?;
        for entry in entries {
            text.extend(line(row(entry, clauses)?)?);
        }
        replace(path, &text, readers)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Sheet { file, length: text.len() as u64, clauses })
    }

    /// Appends a row, which is on disk when this returns.
    ///
    /// # Errors
    /// Those of the file system; the sheet then has the rows that it had before.
    pub fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let line = line(row(entry, self.clauses)?)?;
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.length += line.len() as u64,
            // Half a line, which a full disk may leave, would merge with the next one.
            Err(_) => self.file.set_len(self.length)?,
        }
        written
    }
}

/// Reads a sheet for these clauses: the submissions, in the order in which they were written, without one whose line was cut off. The
/// instructor's decision about faults is not in the sheet.
///
/// # Errors
/// When the file cannot be read, or was not written by the grader in this form.
pub fn read(path: &Path, clauses: &[&Clause]) -> Result<Vec<Entry>, SheetError> {
    let text = fs::read(path)?;
    let whole = memchr::memrchr(b'\n', &text).map_or(0, |end| end + 1);
    let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text[..whole]);
    let mut records = lines.records();
    let first = records.next().and_then(Result::ok).ok_or(SheetError::OtherColumns)?;
    if !first.iter().eq(header(clauses).iter().map(|name| &**name)) {
        return Err(SheetError::OtherColumns);
    }
    let entries = records.zip(2..).map(|(record, number)| {
        let record = record.map_err(|_| SheetError::Line(number))?;
        entry(&record, clauses).ok_or(SheetError::Line(number))
    });
    entries.collect()
}

fn header(clauses: &[&Clause]) -> Vec<String> {
    let fixed = COLUMNS.iter().map(|name| (*name).to_owned());
    fixed.chain(clauses.iter().map(|clause| label(clause, clauses))).collect()
}

/// # Errors
/// When the marks are not those of these clauses: such a row could not be read again.
fn row(entry: &Entry, clauses: &[&Clause]) -> io::Result<Vec<String>> {
    let total = entry.total(clauses);
    let max: u32 =
        clauses.iter().filter(|clause| clause.tier == Tier::Core).map(|clause| clause.points).sum();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let reason = match &entry.outcome {
        Outcome::Refused(reason) | Outcome::Fault(reason) => cell::write(reason),
        Outcome::Graded(_) | Outcome::DoesNotCompile => String::new(),
    };
    let fixed = [
        cell::write(&entry.name),
        cell::write(&entry.original_name),
        entry.status(clauses).to_owned(),
        reason,
        number(total.points),
        max.to_string(),
        number(total.stars),
        cell::write(&entry.digest),
    ];
    let mut row = Vec::from(fixed);
    match &entry.outcome {
        Outcome::Graded(marks) if marks.len() != clauses.len() => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a mark for each clause is needed"));
        }
        Outcome::Graded(marks) => {
            row.extend(clauses.iter().zip(marks).map(|(clause, mark)| written(*mark, clause)));
        }
        _ => row.extend(clauses.iter().map(|_| String::new())),
    }
    Ok(row)
}

fn line(cells: Vec<String>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(io::Error::other)?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// The submission in a row. Values that follow from the marks are not read.
fn entry(record: &csv::StringRecord, clauses: &[&Clause]) -> Option<Entry> {
    if record.len() != COLUMNS.len() + clauses.len() {
        return None;
    }
    let reason = cell::read(&record[3])?;
    let outcome = match &record[2] {
        "graded" | "graded with faults as zero" | "incomplete" => {
            let marks = clauses.iter().zip(record.iter().skip(COLUMNS.len()));
            Outcome::Graded(marks.map(|(clause, cell)| mark(cell, clause)).collect::<Option<_>>()?)
        }
        "does not compile" => Outcome::DoesNotCompile,
        "refused" => Outcome::Refused(reason),
        "fault" | "fault as zero" => Outcome::Fault(reason),
        _ => return None,
    };
    let [name, original_name, digest] = [0, 1, 7].map(|column| cell::read(&record[column]));
    Some(Entry { name: name?, original_name: original_name?, outcome, digest: digest?, ruling: None })
}

/// The points or the star that a clause gave, or the word that says why that is not known.
fn written(mark: Mark, clause: &Clause) -> String {
    match mark.share(worth(clause)) {
        Some(share) => share.to_string(),
        None if mark == Mark::Skipped => "skipped".to_owned(),
        None => "fault".to_owned(),
    }
}

fn mark(cell: &str, clause: &Clause) -> Option<Mark> {
    match cell {
        "skipped" => Some(Mark::Skipped),
        "fault" => Some(Mark::Fault),
        number => match number.parse().ok()? {
            all if all == worth(clause) => Some(Mark::Passed),
            0 => Some(Mark::Missed),
            points if points < worth(clause) => Some(Mark::Partly(points)),
            _ => None,
        },
    }
}
