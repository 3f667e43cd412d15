//! What `check` found out last about the student's own programs, kept below cargo's target folder for `list`. Nothing
//! depends on it: what cannot be kept or read costs a warning.

use model::{Lab, RunReport};
use report::marks::{Dated, Marks};
use runner::collection::target_folder;
use std::fs;
use std::io;
use std::path::PathBuf;

fn file(lab: &Lab) -> PathBuf {
    target_folder().join("xtask/last").join(format!("{}.json", lab.name()))
}

/// Keeps the verdicts of a run; those of clauses that it did not decide stay.
pub(crate) fn keep(report: &RunReport) {
    let path = file(report.lab);
    let keep = || {
        let mut marks = read(report.lab).unwrap_or_default().map(|dated| dated.marks).unwrap_or_default();
        marks.update(report);
        let text = marks.to_json()?;
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        // Renamed when it is whole: another run, or an interrupt, never leaves half a file.
        let unfinished = path.with_extension(std::process::id().to_string());
        let written = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, &path));
        if written.is_err() {
            // What cannot be written can often not be removed either; the first error is the one to tell.
            let _ = fs::remove_file(&unfinished);
        }
        written
    };
    if let Err(error) = keep() {
        let error: io::Error = error;
        warn("these results cannot be kept for `cargo xtask list`", &path, &error);
    }
}

/// What was last found out about a lab; nothing where it was never checked, or where that cannot be read.
pub(crate) fn last(lab: &Lab) -> Option<Dated> {
    read(lab).unwrap_or_else(|error| {
        let name = lab.name();
        warn(
            &format!("{name} is shown as not checked yet, since its results cannot be read"),
            &file(lab),
            &error,
        );
        None
    })
}

fn read(lab: &Lab) -> io::Result<Option<Dated>> {
    let path = file(lab);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    // A clock that was put back makes it new.
    let age = path.metadata()?.modified()?.elapsed().unwrap_or_default();
    Ok(Some(Dated { marks: Marks::from_json(&text)?, age }))
}

fn warn(what: &str, path: &std::path::Path, error: &io::Error) {
    let path = report::escape::text(&path.display().to_string());
    anstream::eprintln!("warning: {what}: {path}: {error}");
}
