//! The files about a class: golden files for one class (`UPDATE_GOLDEN=1 cargo test -p grade` writes them anew), and properties that hold
//! for any class, whatever its submissions are called and say.

mod sample;

use grade::class::{Class, Entry, Mark, Outcome, Readers, Sheet, SheetError, junit, read, summary};
use model::{CheckReport, Ruling};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sample::{CLAUSES, LAB, entries, is_harmless};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn entry(name: &str, outcome: Outcome) -> Entry {
    Entry {
        name: name.to_owned(),
        original_name: format!("{name}.zip"),
        outcome,
        digest: "7f3a".to_owned(),
        ruling: None,
    }
}

/// One submission of each kind, and some that missed the same clauses.
fn class_of_nine() -> Vec<Entry> {
    use Mark::{Fault, Missed, Partly, Passed, Skipped};
    vec![
        entry("ada", Outcome::Graded(vec![Passed; 5])),
        entry("brian", Outcome::Graded(vec![Passed, Partly(13), Passed, Missed, Missed])),
        entry("=cmd|' /C calc'!A0", Outcome::Graded(vec![Passed, Missed, Passed, Passed, Skipped])),
        entry("dennis", Outcome::Graded(vec![Passed, Missed, Passed, Fault, Passed])),
        entry("edsger", Outcome::DoesNotCompile),
        entry("<b>frances</b>", Outcome::Refused("`../../etc/passwd` leaves the folder".to_owned())),
        entry("grace", Outcome::Fault("no space left on device".to_owned())),
        ruled(entry("hedy", Outcome::Fault("there is no program `sh` on the PATH".to_owned()))),
        ruled(entry("ivan", Outcome::Graded(vec![Passed, Fault, Passed, Missed, Fault]))),
    ]
}

/// The same submission, with the instructor's decision that its faults count as zero.
fn ruled(entry: Entry) -> Entry {
    Entry { ruling: Some(Ruling::Zero), ..entry }
}

/// The same submissions as a sheet returns them, without the instructor's decisions.
fn unruled(entries: Vec<Entry>) -> Vec<Entry> {
    entries.into_iter().map(|entry| Entry { ruling: None, ..entry }).collect()
}

fn class(entries: &[Entry]) -> Class<'_> {
    Class { lab: &LAB, clauses: &CLAUSES, entries }
}

#[track_caller]
fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(actual, expected, "{} differs\n{actual}", path.display());
}

/// The sheet of these submissions, written row by row.
fn written(entries: &[Entry]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grades.csv");
    let mut sheet = Sheet::start(&path, &CLAUSES, &[], Readers::Owner).unwrap();
    for entry in entries {
        sheet.append(entry).unwrap();
    }
    fs::read_to_string(path).unwrap()
}

fn read_back(text: &[u8]) -> Result<Vec<Entry>, SheetError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grades.csv");
    fs::write(&path, text).unwrap();
    read(&path, &CLAUSES)
}

#[test]
fn each_kind_of_outcome_has_its_place_in_each_file() {
    let entries = class_of_nine();
    golden("grades.csv", &written(&entries));
    golden("junit.xml", &junit::document(&class(&entries)).unwrap());
    golden("summary.txt", &summary::text(&class(&entries)));
    golden("summary.md", &summary::markdown(&class(&entries)));
}

#[test]
fn a_class_that_missed_nothing_and_an_empty_one_have_short_summaries() {
    let all = [entry("ada", Outcome::Graded(vec![Mark::Passed; 5]))];
    assert_eq!(summary::text(&class(&all)), "Lab 3 · Echo · 1 submission\n\n    1  graded\n");
    assert_eq!(summary::text(&class(&[])), "Lab 3 · Echo · 0 submissions\n\n");
}

#[test]
fn what_nobody_knows_is_never_a_zero() {
    let table = written(&class_of_nine());
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let points = |name: &str| rows.iter().find(|row| row[0] == name).unwrap()[4];
    assert_eq!([points("ada"), points("brian"), points("edsger")], ["50", "33", "0"]);
    assert_eq!([points("dennis"), points("grace")], ["", ""]);
}

#[test]
fn a_fault_that_counts_as_zero_is_still_read_as_a_fault() {
    let entries = class_of_nine();
    let text = written(&entries);
    let read = read_back(text.as_bytes()).unwrap();
    for (read, entry) in read.iter().zip(&entries) {
        assert_eq!((&read.outcome, read.ruling), (&entry.outcome, None), "{}", entry.name);
    }
    let of = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(of("hedy").contains(",fault as zero,there is no program `sh` on the PATH,0,50,0,"), "{text}");
    assert!(of("ivan").contains(",graded with faults as zero,,20,50,0,7f3a,10,fault,10,0,fault"), "{text}");
}

#[test]
fn what_the_grader_broke_on_is_tried_again_whatever_it_is_worth() {
    let is_decided = |marks: [Mark; 5]| entry("ada", Outcome::Graded(marks.to_vec())).is_decided(&CLAUSES);
    let mut marks = [Mark::Passed; 5];
    for (index, clause) in CLAUSES.iter().enumerate() {
        marks[index] = Mark::Fault;
        assert!(!is_decided(marks), "{}", clause.id);
        marks[index] = Mark::Missed;
        assert!(is_decided(marks), "{}", clause.id);
    }
    for index in 0..CLAUSES.len() {
        let mut marks = [Mark::Passed; 5];
        marks[index] = Mark::Fault;
        assert!(
            ruled(entry("ada", Outcome::Graded(marks.to_vec()))).is_decided(&CLAUSES),
            "unless that is decided"
        );
        let other = if index == 0 { 1 } else { 0 };
        marks[other] = Mark::Skipped;
        let skipped = ruled(entry("ada", Outcome::Graded(marks.to_vec())));
        assert!(!skipped.is_decided(&CLAUSES), "what was skipped is no fault");
    }
    let starless = [entry("ada", Outcome::Graded([vec![Mark::Passed; 4], vec![Mark::Fault]].concat()))];
    let summary = summary::text(&class(&starless));
    assert!(
        summary.contains("Without a star that was not decided: grade them again\n  ada  L3.S1\n"),
        "{summary}"
    );
}

#[test]
fn a_sheet_of_other_clauses_is_not_read() {
    let text = written(&class_of_nine());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grades.csv");
    fs::write(&path, &text).unwrap();
    assert!(matches!(read(&path, &CLAUSES[..4]), Err(SheetError::OtherColumns)));
    assert!(matches!(read_back(b""), Err(SheetError::OtherColumns)));
    assert!(matches!(read(&folder.path().join("none"), &CLAUSES), Err(SheetError::Io(_))));
    let changed = text.replace("does not compile", "does compile");
    assert!(matches!(read_back(changed.as_bytes()), Err(SheetError::Line(6))));
    let more = text.replacen(",50,50,1,7f3a,10,", ",50,50,1,7f3a,11,", 1);
    assert!(matches!(read_back(more.as_bytes()), Err(SheetError::Line(2))));
}

#[test]
fn a_row_without_a_mark_for_each_clause_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grades.csv");
    let mut sheet = Sheet::start(&path, &CLAUSES, &[], Readers::Owner).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(sheet.append(&entry("ada", Outcome::Graded(vec![Mark::Passed; 4]))).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Files about marks from an earlier run follow from the marks.
#[test]
fn a_mark_comes_back_from_its_verdict() {
    for clause in CLAUSES {
        // A stretch clause has no points, so it has no parts.
        let parts = (1..clause.points).map(Mark::Partly);
        for mark in [Mark::Passed, Mark::Missed, Mark::Skipped, Mark::Fault].into_iter().chain(parts) {
            let (verdict, duration) = (mark.verdict(clause), Duration::ZERO);
            let check = CheckReport { clause, verdict, duration, finding: None, record: None };
            assert_eq!(Mark::of(&check), mark, "{}", clause.id);
        }
    }
}

proptest! {
    // Each row waits for the disk, so many cases would take long.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(48) })]

    #[test]
    fn a_sheet_comes_back_as_it_was_written(entries in entries().prop_map(unruled)) {
        let text = written(&entries);
        prop_assert_eq!(read_back(text.as_bytes()).unwrap(), entries);
    }

    #[test]
    fn a_row_is_a_line_and_no_cell_is_a_formula(entries in entries()) {
        let text = written(&entries);
        prop_assert_eq!(text.lines().count(), entries.len() + 1);
        prop_assert!(is_harmless(&text));
        prop_assert!(!text.contains(';'));
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            prop_assert!(record.unwrap().iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '＝', '\t'])));
        }
    }

    /// A kill can cut the file anywhere. Whole rows are read, and a run that continues ends with the same sheet.
    #[test]
    fn what_a_kill_left_is_read_and_gone_on_from(entries in entries().prop_map(unruled), cut in any::<prop::sample::Index>()) {
        let text = written(&entries);
        let header = text.find('\n').unwrap() + 1;
        let kept = &text.as_bytes()[..header + cut.index(text.len() - header + 1)];
        let read = read_back(kept).unwrap();
        prop_assert_eq!(&read[..], &entries[..read.len()]);
        prop_assert_eq!(read.len(), kept.iter().filter(|&&byte| byte == b'\n').count() - 1);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grades.csv");
        let mut sheet = Sheet::start(&path, &CLAUSES, &read, Readers::Owner).unwrap();
        for entry in &entries[read.len()..] {
            sheet.append(entry).unwrap();
        }
        prop_assert_eq!(fs::read_to_string(path).unwrap(), text);
    }

    #[test]
    fn junit_is_well_formed_and_counts_faults_apart(entries in entries()) {
        let text = junit::document(&class(&entries)).unwrap();
        prop_assert!(is_harmless(&text));
        let document = quick_junit::Report::deserialize_from_str(&text).unwrap();
        prop_assert_eq!(document.test_suites.len(), entries.len());
        let faults = |entry: &Entry| match &entry.outcome {
            Outcome::Graded(marks) => marks.iter().filter(|mark| **mark == Mark::Fault).count(),
            Outcome::Fault(_) => 1,
            _ => 0,
        };
        prop_assert_eq!(document.errors, entries.iter().map(faults).sum::<usize>());
    }

    #[test]
    fn a_summary_is_harmless_and_its_table_lines_up(entries in entries()) {
        let text = summary::text(&class(&entries));
        let markdown = summary::markdown(&class(&entries));
        prop_assert!(is_harmless(&text) && is_harmless(&markdown), "{}\n{}", text, markdown);
        sample::assert_inert(&markdown);
        let table = markdown.lines().filter(|line| line.starts_with('|'));
        let widths: Vec<usize> = table.map(report::text::width).collect();
        prop_assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{}", markdown);
        let bars = text.lines().filter_map(|line| line.find(['█', '░']).map(|at| report::text::width(&line[..at])));
        let bars: Vec<usize> = bars.collect();
        prop_assert!(bars.windows(2).all(|pair| pair[0] == pair[1]), "{}", text);
    }
}
