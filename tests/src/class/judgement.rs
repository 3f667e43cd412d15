//! Compares the results of a class with the expected ones.

use super::{Deserves, LAB, Member};
use model::Tier;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// The sheet of marks: for each submission its cells by column.
///
/// # Errors
/// When it cannot be read.
pub fn sheet(results: &Path) -> io::Result<BTreeMap<String, BTreeMap<String, String>>> {
    let mut sheet = csv::Reader::from_path(results.join("grades.csv"))?;
    let header = sheet.headers()?.clone();
    let rows = sheet.records().map(|row| {
        let row = row?;
        let cells = header.iter().zip(&row).map(|(name, cell)| (name.to_owned(), cell.to_owned()));
        Ok((row[0].to_owned(), cells.collect()))
    });
    rows.collect()
}

/// The clauses of the lab, with the worth of each in the sheet.
fn clauses() -> impl Iterator<Item = (String, String)> {
    checks::suite(LAB).into_iter().flat_map(|suite| suite.checks).map(|check| {
        let worth = if check.clause.tier == Tier::Core { check.clause.points } else { 1 };
        (check.clause.id.to_owned(), worth.to_string())
    })
}

/// The submissions with other marks than expected, and what their students are told.
///
/// # Errors
/// When the results cannot be read.
pub fn misjudged(results: &Path, members: &[Member]) -> io::Result<Vec<String>> {
    let sheet = sheet(results)?;
    let mut wrong = Vec::new();
    if sheet.len() != members.len() {
        wrong.push(format!("{} rows for {} submissions", sheet.len(), members.len()));
    }
    let none = BTreeMap::new();
    for member in members {
        let (status, missing) = match &member.deserves {
            Deserves::Missing(missing) => ("graded", missing.clone()),
            Deserves::NotCompiled => ("does not compile", BTreeSet::new()),
            Deserves::Refusal => ("refused", BTreeSet::new()),
        };
        let row = sheet.get(&member.name).unwrap_or(&none);
        let cell = |name: &str| row.get(name).map_or("", String::as_str);
        // Every clause without its full worth, also an undecided one.
        let missed = clauses().filter(|(id, worth)| cell(id) != worth).map(|(id, _)| id);
        let missed: BTreeSet<String> = if status == "graded" { missed.collect() } else { BTreeSet::new() };
        let none_at_all = missing.iter().all(|id| cell(id) == "0");
        if cell("status") != status
            || missed != missing
            || !none_at_all
            || (status != "graded" && cell("points") != "0")
        {
            let told = results.join("submissions").join(&member.name).join("feedback.md");
            let told = std::fs::read_to_string(told).unwrap_or_default();
            wrong.push(format!("{}: deserves {status}, missing {missing:?}\n{row:?}\n{told}", member.name));
        }
    }
    Ok(wrong)
}
