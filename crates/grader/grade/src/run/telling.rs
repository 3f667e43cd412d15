//! What is told of one submission: the files in its folder.

use super::place::{self, CLASSROOM50, FEEDBACK, GRADESCOPE, RESULT};
use checks::Suite;
use grade::class::{Entry, Outcome, replace};
use model::{Failure, Fault, Kind, RunReport};
use report::classroom50;
use report::{Origin, feedback, gradescope, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Tells of each submission of a class.
pub(super) struct Teller {
    pub(super) suite: &'static Suite,
    pub(super) seed: u64,
    /// The short names of the classroom and the assignment in Classroom 50, where that is to be told.
    pub(super) classroom: Option<(String, String)>,
}

/// What is told of one submission.
pub(super) struct Told<'a> {
    teller: &'a Teller,
    folder: PathBuf,
}

impl Teller {
    /// Begins with a submission. Whatever a run before told of it no longer holds, and is removed.
    pub(super) fn begin(&self, out: &Path, name: &str) -> io::Result<Told<'_>> {
        let folder = place::submission(out, name);
        place::clear(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(Told { teller: self, folder })
    }

    /// Removes what was told of a submission on which the grader then broke. Returns the fault, and with it what cannot be removed.
    pub(super) fn take_back(&self, out: &Path, name: &str, fault: Fault) -> Fault {
        match place::clear(&place::submission(out, name)) {
            Ok(_) => fault,
            Err(error) => {
                Fault::new(format!("{}; what was told of it is still there: {error}", fault.message))
            }
        }
    }

    /// Writes what Classroom 50 reads, where it is to be told and there is a mark. It follows from the marks alone, so that those
    /// which were given in a run before are told as well.
    pub(super) fn classroom50(&self, out: &Path, entry: &Entry) -> io::Result<()> {
        let Some(submission) = self.in_classroom50(&entry.name) else { return Ok(()) };
        let mut report = self.nothing_checked(Failure::new(Kind::NotStarted, "nothing could be checked"));
        match &entry.outcome {
            Outcome::Graded(marks) => {
                for (check, mark) in report.checks.iter_mut().zip(marks) {
                    check.verdict = mark.verdict(check.clause);
                }
            }
            Outcome::DoesNotCompile | Outcome::Refused(_) => {}
            Outcome::Fault(_) => return Ok(()),
        }
        if report.mark().is_none() {
            return Ok(());
        }
        let folder = place::submission(out, &entry.name);
        fs::create_dir_all(&folder)?;
        write(&folder.join(CLASSROOM50), |out| classroom50::write(&report, &submission, out).map(|_| ()))
    }

    fn nothing_checked(&self, failure: Failure) -> RunReport {
        runner::miss_all(self.suite, self.seed, failure)
    }

    /// The submission as Classroom 50 knows it. It was not handed in there by a tag: in the place of the addresses stands the name
    /// of this grading, as in the records that Classroom 50 makes itself of marks which a teacher enters, and the time is now.
    fn in_classroom50(&self, owner: &str) -> Option<classroom50::Submission> {
        let (classroom, assignment) = self.classroom.clone()?;
        let tag = format!("submit/{}-{}", self.suite.lab.name(), self.seed);
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Some(classroom50::Submission {
            classroom,
            assignment,
            assignment_type: None,
            owner: Some(owner.to_owned()),
            submission: tag.clone(),
            commit: tag.clone(),
            release: tag.clone(),
            review: tag,
            datetime: now.clone(),
            graded_at: now,
        })
    }
}

impl Told<'_> {
    /// Tells what its checks found out. The remarks are about what was handed in.
    pub(super) fn verdicts(&self, report: &RunReport, remarks: &[String]) -> Result<(), Fault> {
        self.write(FEEDBACK, |out| feedback::write(report, remarks, &Origin::default(), out))?;
        Ok(self.results(report)?)
    }

    /// Tells that nothing of it could be checked, which is its own doing: why in one sentence, and the words that belong to it.
    pub(super) fn no_verdicts(&self, why: &str, words: &str, remarks: &[String]) -> Result<(), Fault> {
        self.write(FEEDBACK, |out| {
            feedback::without_verdicts(&self.teller.suite.lab, why, words.as_bytes(), remarks, out)
        })?;
        let mut failure = Failure::new(Kind::NotStarted, why);
        failure.output = words.as_bytes().to_vec();
        Ok(self.results(&self.teller.nothing_checked(failure))?)
    }

    /// What other programs read.
    fn results(&self, report: &RunReport) -> io::Result<()> {
        self.write(RESULT, |out| json::write(report, out))?;
        self.write(GRADESCOPE, |out| gradescope::write(report, &Origin::default(), out))
    }

    fn write(&self, name: &str, print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        write(&self.folder.join(name), print)
    }
}

fn write(path: &Path, print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    print(&mut text)?;
    replace(path, &text)
}
