//! The folder with the results, and who owns what is in it: who may write there, and what may be removed. Only files that the grader has
//! written are removed.

use super::{Trouble, at};
use grade::class::{Entry, Readers, remove};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The common properties of all marks. This file shows that the folder is the grader's.
pub(super) const KEY: &str = "class.json";
/// The marks, and the files that follow from them.
pub(super) const SHEET: &str = "grades.csv";
pub(super) const SUMMARY: &str = "summary.md";
pub(super) const SUMMARY_AS_TEXT: &str = "summary.txt";
pub(super) const JUNIT: &str = "junit.xml";
/// What is built while submissions are graded.
pub(super) const WORK: &str = ".work";
/// The folder with a folder for each submission, and the files in these.
const SUBMISSIONS: &str = "submissions";
pub(super) const FEEDBACK: &str = "feedback.md";
pub(super) const RESULT: &str = "result.json";
pub(super) const GRADESCOPE: &str = "gradescope.json";
pub(super) const CLASSROOM50: &str = "classroom50.json";
/// The findings of the checks, if the files may have to be written again.
pub(super) const FOUND: &str = ".found.json";

/// The folder of all submissions.
pub(super) fn submissions(results: &Path) -> PathBuf {
    results.join(SUBMISSIONS)
}

/// The folder of one submission.
pub(super) fn submission(results: &Path, name: &str) -> PathBuf {
    submissions(results).join(name)
}

/// Makes the folder, unless it exists. Its parent folders get the usual mode.
pub(super) fn make(results: &Path, readers: Readers) -> Result<(), Trouble> {
    let around = results.parent().unwrap_or(results);
    fs::create_dir_all(around).and_then(|()| readers.make_folder(results)).map_err(unfit(results))
}

/// The error that nothing can be written there, which the user can correct.
fn unfit(results: &Path) -> impl Fn(io::Error) -> Trouble {
    move |error| {
        let shown = results.display();
        Trouble::Usage(format!("{shown} cannot hold the results ({error}); choose another folder with --out"))
    }
}

/// Makes sure that no other run writes to the results while the file is open. Files with the names of results must be the grader's: a
/// folder of submissions may be what the class has handed in, and somebody may keep a sheet by hand.
pub(super) fn claim(results: &Path, readers: Readers) -> Result<File, Trouble> {
    let submissions = submissions(results);
    if !results.join(KEY).exists()
        && let Some(other) = somebody_elses(results)
    {
        return Err(Trouble::Usage(format!(
            "{} is there already, and without {KEY} it is not the grader's; choose another folder with --out",
            other.display()
        )));
    }
    make(results, readers)?;
    readers.make_folder(&submissions).map_err(unfit(results))?;
    let file = readers.create(&results.join(".lock")).map_err(unfit(results))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => {
            Err(Trouble::Usage(format!("another run is writing to {}", results.display())))
        }
        Err(error) => Err(at(results)(error.into())),
    }
}

/// A file or folder that would be overwritten, in a folder without results.
fn somebody_elses(results: &Path) -> Option<PathBuf> {
    let names = [SHEET, SUMMARY, SUMMARY_AS_TEXT, JUNIT, WORK];
    let file = names.iter().map(|name| results.join(name)).find(|path| path.exists());
    let is_used = |folder: &PathBuf| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    file.or_else(|| Some(submissions(results)).filter(is_used))
}

/// Removes the files about a submission, and its folder if nothing else is in it. Returns whether there were any.
pub(super) fn clear(folder: &Path) -> io::Result<bool> {
    let mut was_there = false;
    for file in [FEEDBACK, RESULT, GRADESCOPE, CLASSROOM50, FOUND] {
        was_there |= remove(&folder.join(file))?;
    }
    match fs::remove_dir(folder) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => {
            Err(error)
        }
        _ => Ok(was_there),
    }
}

/// Removes the files about submissions that are not among these, since they were withdrawn. Returns their names, in order.
pub(super) fn clear_others(results: &Path, entries: &[Entry]) -> io::Result<Vec<String>> {
    // Folders are compared by identity, not by name: where case does not matter, `alice` may be in `Alice`.
    let kept: HashSet<_> =
        entries.iter().filter_map(|entry| identity(&submission(results, &entry.name)).ok()).collect();
    let mut withdrawn = Vec::new();
    for folder in fs::read_dir(submissions(results))? {
        let folder = folder?;
        let is_kept = || Ok::<_, io::Error>(kept.contains(&identity(&folder.path())?));
        if folder.file_type()?.is_dir() && !is_kept()? && clear(&folder.path())? {
            withdrawn.push(folder.file_name().to_string_lossy().into_owned());
        }
    }
    withdrawn.sort();
    Ok(withdrawn)
}

/// Values that identify a folder (inode(7)).
fn identity(folder: &Path) -> io::Result<(u64, u64)> {
    let data = fs::metadata(folder)?;
    Ok((data.dev(), data.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use grade::class::Outcome;

    fn entry(name: &str) -> Entry {
        let (name, original_name, digest) = (name.to_owned(), name.to_owned(), String::new());
        Entry { name, original_name, outcome: Outcome::DoesNotCompile, digest, ruling: None }
    }

    #[test]
    fn of_who_has_withdrawn_only_what_the_grader_wrote_is_removed() {
        let results = tempfile::tempdir().unwrap();
        let file = |name: &str, file: &str| {
            let folder = submission(results.path(), name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(file), "").unwrap();
            folder.join(file)
        };
        let kept = [file("alice", FEEDBACK), file("bob", "remarks.txt"), file("dave", "main.rs")];
        let gone = [file("bob", RESULT), file("carol", CLASSROOM50), file("carol", ".result.json.new")];
        assert_eq!(clear_others(results.path(), &[entry("alice")]).unwrap(), ["bob", "carol"]);
        assert!(kept.iter().all(|file| file.exists()) && gone.iter().all(|file| !file.exists()));
        assert!(!submission(results.path(), "carol").exists());
    }

    #[test]
    fn what_lies_in_a_folder_of_another_name_is_kept() {
        let results = tempfile::tempdir().unwrap();
        let told = submission(results.path(), "Alice").join(FEEDBACK);
        fs::create_dir_all(told.parent().unwrap()).unwrap();
        fs::write(&told, "").unwrap();
        // This imitates a file system in which case does not matter.
        std::os::unix::fs::symlink("Alice", submission(results.path(), "alice")).unwrap();
        assert!(clear_others(results.path(), &[entry("alice")]).unwrap().is_empty());
        assert!(told.exists());
    }

    #[test]
    fn what_is_not_the_graders_is_left_to_whose_it_is() {
        let results = tempfile::tempdir().unwrap();
        drop(claim(results.path(), Readers::Owner).unwrap());
        drop(claim(results.path(), Readers::Owner).unwrap());
        for own in ["submissions/alice", SHEET, SUMMARY, SUMMARY_AS_TEXT, JUNIT, WORK] {
            let own = results.path().join(own);
            fs::create_dir(&own).unwrap();
            let refused = claim(results.path(), Readers::Owner);
            assert!(matches!(refused, Err(Trouble::Usage(_))), "{own:?}: {refused:?}");
            fs::remove_dir(own).unwrap();
        }
        fs::write(results.path().join(KEY), "").unwrap();
        fs::write(results.path().join(SHEET), "").unwrap();
        assert!(claim(results.path(), Readers::Owner).is_ok());
    }
}
