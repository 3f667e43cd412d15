//! The last results of `check` for the student's own programs, kept below cargo's target folder for `list`. Nothing depends on them: an
//! error in keeping or reading them only gives a warning.

use model::{Lab, RunReport};
use report::marks::{Dated, Marks};
use runner::collection::target_folder;
use std::fs;
use std::io;
use std::path::PathBuf;

fn file(lab: &Lab) -> PathBuf {
    target_folder().join("xtask/last").join(format!("{}.json", lab.name()))
}

/// Keeps the verdicts of a run. Verdicts on clauses that it did not decide stay.
pub(crate) fn keep(report: &RunReport) {
    let path = file(report.lab);
    let keep = || {
        let mut marks = read(report.lab).unwrap_or_default().map(|dated| dated.marks).unwrap_or_default();
        marks.update(report);
        let text = marks.to_json()?;
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        // Renamed when it is complete, so neither another run nor an interrupt leaves half a file.
        let unfinished = path.with_extension(std::process::id().to_string());
        let written = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, &path));
        if written.is_err() {
            // A file that cannot be written can often not be removed either. The first error is reported.
            let _ = fs::remove_file(&unfinished);
        }
        written
    };
    if let Err(error) = keep() {
        let error: io::Error = error;
        warn("these results cannot be kept for `cargo xtask list`", &path, &error);
    }
}

/// The last results of a lab; `None` if it was never checked, or if they cannot be read.
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
    // If the clock was put back, the results count as new.
    let age = path.metadata()?.modified()?.elapsed().unwrap_or_default();
    Ok(Some(Dated { marks: Marks::from_json(&text)?, age }))
}

fn warn(what: &str, path: &std::path::Path, error: &io::Error) {
    let path = report::escape::text(&path.display().to_string());
    anstream::eprintln!("warning: {what}: {path}: {error}");
}
