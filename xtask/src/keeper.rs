//! What `check --keep` keeps from each check beside its packets: the conversation, and the output of the programs.

use crate::trouble::Trouble;
use model::CheckReport;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folder for the files.
pub(crate) struct Keeper {
    folder: PathBuf,
    /// The first file that could not be written, and why.
    failed: Mutex<Option<(PathBuf, io::Error)>>,
}

impl Keeper {
    /// Makes the folder, unless it exists.
    pub(crate) fn open(folder: &Path) -> Result<Keeper, Trouble> {
        let keeper = Keeper { folder: folder.to_owned(), failed: Mutex::default() };
        fs::create_dir_all(folder).map_err(|error| trouble(folder, &error))?;
        Ok(keeper)
    }

    /// Keeps the record of a check as soon as it is decided.
    pub(crate) fn keep(&self, check: &CheckReport) {
        let Some(record) = &check.record else { return };
        let name = runner::kept_name(check.clause);
        let conversation = report::human::conversation(&record.transcript);
        for (extension, content) in [("txt", conversation.as_bytes()), ("out", &record.output)] {
            let path = self.folder.join(format!("{name}.{extension}"));
            if let Err(error) = fs::write(&path, content) {
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((path, error));
            }
        }
    }

    /// Reports the first file that could not be written.
    pub(crate) fn close(self) -> Result<(), Trouble> {
        match self.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some((path, error)) => Err(trouble(&path, &error)),
        }
    }
}

fn trouble(path: &Path, error: &io::Error) -> Trouble {
    let path = report::escape::text(&path.display().to_string());
    Trouble::Usage(format!("cannot write to {path}: {error}"))
}
