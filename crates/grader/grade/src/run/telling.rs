//! The files about one submission in its folder.

use super::found;
use super::place::{self, CLASSROOM50, FEEDBACK, GRADESCOPE, RESULT};
use checks::Suite;
use grade::class::{Entry, Outcome, Readers, replace};
use model::{Failure, Fault, Kind, Ruling, RunReport, Verdict};
use report::classroom50;
use report::{Origin, feedback, gradescope, json};
use std::io;
use std::path::{Path, PathBuf};

/// Writes the files about each submission of a class.
pub(super) struct Teller {
    pub(super) suite: &'static Suite,
    pub(super) seed: u64,
    /// The short names of the classroom and the assignment in Classroom 50, if it should get the results.
    pub(super) classroom: Option<(String, String)>,
    pub(super) readers: Readers,
}

/// The files about one submission.
pub(super) struct Told<'a> {
    teller: &'a Teller,
    folder: PathBuf,
}

impl Teller {
    /// Begins with a submission. Files of an earlier run no longer hold and are removed.
    pub(super) fn begin(&self, out: &Path, name: &str) -> io::Result<Told<'_>> {
        let folder = place::submission(out, name);
        place::clear(&folder)?;
        self.readers.make_folder(&folder)?;
        Ok(Told { teller: self, folder })
    }

    /// Writes that the grader failed on a whole submission, and what this counts as by the instructor's decision.
    pub(super) fn fault(&self, out: &Path, name: &str, message: &str, ruling: Ruling) -> Result<(), Fault> {
        let told = self.begin(out, name)?;
        let report = self.nothing_checked(&Verdict::Error(Fault::new(message)));
        told.report(&RunReport { ruling: Some(ruling), ..report }, &[])
    }

    /// Writes again the files of a submission that an earlier run has graded, if the instructor has decided what the grader's faults on it
    /// count as: that may have been decided since. Returns false if the files cannot be written without checking again.
    pub(super) fn tell_again(&self, out: &Path, entry: &Entry) -> Result<bool, Fault> {
        let (name, ruling) = (&entry.name, entry.ruling);
        match (&entry.outcome, ruling) {
            (Outcome::Fault(message), Some(ruling)) => self.fault(out, name, message, ruling)?,
            (Outcome::Graded(_), Some(_)) => {
                let told = Told { teller: self, folder: place::submission(out, name) };
                let Some((report, remarks)) = found::read(&told.folder, self.suite, self.seed)? else {
                    return Ok(false);
                };
                if Outcome::of(&report) != entry.outcome {
                    return Ok(false);
                }
                told.report(&RunReport { ruling, ..report }, &remarks)?;
            }
            _ => {}
        }
        Ok(true)
    }

    /// Removes the files about a submission on which the grader then failed. Returns the fault, together with the error if they cannot be
    /// removed.
    pub(super) fn take_back(&self, out: &Path, name: &str, fault: Fault) -> Fault {
        match place::clear(&place::submission(out, name)) {
            Ok(_) => fault,
            Err(error) => {
                Fault::new(format!("{}; what was told of it is still there: {error}", fault.message))
            }
        }
    }

    /// Writes the file for Classroom 50, if it is wanted and there is a mark. It follows from the marks alone, so marks from an earlier run
    /// are written as well.
    pub(super) fn classroom50(&self, out: &Path, entry: &Entry) -> io::Result<()> {
        let Some(submission) = self.in_classroom50(&entry.name) else { return Ok(()) };
        let missed = || missed(Failure::new(Kind::NotStarted, "nothing could be checked"));
        let mut report = match &entry.outcome {
            Outcome::Fault(message) => self.nothing_checked(&Verdict::Error(Fault::new(message))),
            _ => self.nothing_checked(&missed()),
        };
        if let Outcome::Graded(marks) = &entry.outcome {
            for (check, mark) in report.checks.iter_mut().zip(marks) {
                check.verdict = mark.verdict(check.clause);
            }
        }
        report.ruling = entry.ruling;
        if report.mark().is_none() {
            return Ok(());
        }
        let folder = place::submission(out, &entry.name);
        self.readers.make_folder(&folder)?;
        let print = |out: &mut Vec<u8>| classroom50::write(&report, &submission, out).map(|_| ());
        self.write(&folder.join(CLASSROOM50), print)
    }

    fn nothing_checked(&self, verdict: &Verdict) -> RunReport {
        runner::without_checks(self.suite, self.seed, verdict)
    }

    fn write(&self, path: &Path, print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut text = Vec::new();
        print(&mut text)?;
        replace(path, &text, self.readers)
    }

    /// The submission as Classroom 50 describes it. It was not handed in there by a tag. So the name of this grading replaces the
    /// addresses, as in the records that Classroom 50 itself makes for marks that a teacher enters, and the time is now.
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
    /// Writes the results of its checks. The remarks are about what was handed in.
    pub(super) fn verdicts(&self, report: &RunReport, remarks: &[String]) -> Result<(), Fault> {
        if Outcome::of(report).has_fault() {
            found::keep(report, remarks, &self.folder, self.teller.readers)?;
        }
        self.report(report, remarks)
    }

    fn report(&self, report: &RunReport, remarks: &[String]) -> Result<(), Fault> {
        self.write(FEEDBACK, |out| feedback::write(report, remarks, &Origin::default(), out))?;
        Ok(self.results(report)?)
    }

    /// Writes that nothing of it could be checked, for a reason of its own: the reason in one sentence, and the message that belongs to it.
    pub(super) fn no_verdicts(&self, why: &str, words: &str, remarks: &[String]) -> Result<(), Fault> {
        self.write(FEEDBACK, |out| {
            feedback::without_verdicts(&self.teller.suite.lab, why, words.as_bytes(), remarks, out)
        })?;
        let mut failure = Failure::new(Kind::NotStarted, why);
        failure.output = words.as_bytes().to_vec();
        Ok(self.results(&self.teller.nothing_checked(&missed(failure)))?)
    }

    /// Writes the files for other programs.
    fn results(&self, report: &RunReport) -> io::Result<()> {
        self.write(RESULT, |out| json::write(report, out))?;
        self.write(GRADESCOPE, |out| gradescope::write(report, &Origin::default(), out))
    }

    fn write(&self, name: &str, print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        self.teller.write(&self.folder.join(name), print)
    }
}

fn missed(failure: Failure) -> Verdict {
    Verdict::Failed(Box::new(failure))
}
