//! The folder with the results, as far as it is somebody's property: who may write there, and what may be removed. Only files are
//! removed that the grader has written itself.

use super::{Trouble, at};
use grade::class::{Entry, remove};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The folder with a folder for each submission, and the files in these.
const SUBMISSIONS: &str = "submissions";
pub(super) const FEEDBACK: &str = "feedback.md";
pub(super) const RESULT: &str = "result.json";
pub(super) const GRADESCOPE: &str = "gradescope.json";
pub(super) const CLASSROOM50: &str = "classroom50.json";

/// The folder of all submissions.
pub(super) fn submissions(results: &Path) -> PathBuf {
    results.join(SUBMISSIONS)
}

/// The folder of this one.
pub(super) fn submission(results: &Path, name: &str) -> PathBuf {
    submissions(results).join(name)
}

/// Makes the folder, unless it is there.
pub(super) fn make(results: &Path) -> Result<(), Trouble> {
    fs::create_dir_all(results).map_err(unfit(results))
}

/// That nothing can be written there, which the user can mend.
fn unfit(results: &Path) -> impl Fn(io::Error) -> Trouble {
    move |error| {
        let shown = results.display();
        Trouble::Usage(format!("{shown} cannot hold the results ({error}); choose another folder with --out"))
    }
}

/// Makes sure that nobody else writes to the results, for as long as the file is open. Folders of submissions that are there must
/// be the grader's: they may be what the class has handed in.
pub(super) fn claim(results: &Path, has_results: bool) -> Result<File, Trouble> {
    let submissions = submissions(results);
    if !has_results && fs::read_dir(&submissions).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Trouble::Usage(format!(
            "{} is there already and holds no results; choose another folder for them",
            submissions.display()
        )));
    }
    fs::create_dir_all(&submissions).map_err(unfit(results))?;
    let file = File::create(results.join(".lock")).map_err(unfit(results))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => {
            Err(Trouble::Usage(format!("another run is writing to {}", results.display())))
        }
        Err(error) => Err(at(results)(error.into())),
    }
}

/// Removes what was told of a submission, and its folder if nothing else is in it. Whether anything was told.
pub(super) fn clear(folder: &Path) -> io::Result<bool> {
    let mut was_there = false;
    for file in [FEEDBACK, RESULT, GRADESCOPE, CLASSROOM50] {
        was_there |= remove(&folder.join(file))?;
    }
    match fs::remove_dir(folder) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => {
            Err(error)
        }
        _ => Ok(was_there),
    }
}

/// Removes what was told of submissions that are not among these, since they were withdrawn. Returns their names, in order.
pub(super) fn clear_others(results: &Path, entries: &[Entry]) -> io::Result<Vec<String>> {
    let names: HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let mut withdrawn = Vec::new();
    for folder in fs::read_dir(submissions(results))? {
        let folder = folder?;
        let name = folder.file_name().to_string_lossy().into_owned();
        if folder.file_type()?.is_dir() && !names.contains(name.as_str()) && clear(&folder.path())? {
            withdrawn.push(name);
        }
    }
    withdrawn.sort();
    Ok(withdrawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use grade::class::Outcome;

    fn entry(name: &str) -> Entry {
        let (name, original_name, digest) = (name.to_owned(), name.to_owned(), String::new());
        Entry { name, original_name, outcome: Outcome::DoesNotCompile, digest }
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
    fn folders_that_are_not_the_graders_are_left_to_whose_they_are() {
        let results = tempfile::tempdir().unwrap();
        drop(claim(results.path(), false).unwrap());
        drop(claim(results.path(), false).unwrap());
        fs::create_dir(submission(results.path(), "alice")).unwrap();
        assert!(matches!(claim(results.path(), false), Err(Trouble::Usage(_))));
        assert!(claim(results.path(), true).is_ok());
    }
}
