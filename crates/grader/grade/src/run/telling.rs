//! What is told of one submission: the files in its folder.

use checks::Suite;
use grade::class::replace;
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
    /// The submission's name.
    owner: &'a str,
    folder: PathBuf,
}

impl Teller {
    /// Begins with a submission. Whatever a run before told of it no longer holds, and is removed.
    pub(super) fn begin<'a>(&'a self, out: &Path, owner: &'a str) -> io::Result<Told<'a>> {
        let folder = out.join(super::ledger::SUBMISSIONS).join(owner);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Told { teller: self, owner, folder })
    }
}

impl Told<'_> {
    /// Tells what its checks found out. The remarks are about what was handed in.
    pub(super) fn verdicts(&self, report: &RunReport, remarks: &[String]) -> Result<(), Fault> {
        self.write("feedback.md", |out| feedback::write(report, remarks, &Origin::default(), out))?;
        Ok(self.results(report)?)
    }

    /// Tells that nothing of it could be checked, which is its own doing: why in one sentence, and the words that belong to it.
    pub(super) fn no_verdicts(&self, why: &str, words: &str, remarks: &[String]) -> Result<(), Fault> {
        let Teller { suite, seed, .. } = *self.teller;
        self.write("feedback.md", |out| {
            feedback::without_verdicts(&suite.lab, why, words.as_bytes(), remarks, out)
        })?;
        let mut failure = Failure::new(Kind::NotStarted, why);
        failure.output = words.as_bytes().to_vec();
        Ok(self.results(&runner::miss_all(suite, seed, failure))?)
    }

    /// What other programs read.
    fn results(&self, report: &RunReport) -> io::Result<()> {
        self.write("result.json", |out| json::write(report, out))?;
        self.write("gradescope.json", |out| gradescope::write(report, &Origin::default(), out))?;
        // Where there is no mark there is no such document.
        if let Some(submission) = self.in_classroom50().filter(|_| report.mark().is_some()) {
            self.write("classroom50.json", |out| classroom50::write(report, &submission, out).map(|_| ()))?;
        }
        Ok(())
    }

    /// The submission as Classroom 50 knows it. It was not handed in there by a tag: in the place of the addresses stands the name
    /// of this grading, as in the records that Classroom 50 makes itself of marks which a teacher enters, and the time is now.
    fn in_classroom50(&self) -> Option<classroom50::Submission> {
        let (classroom, assignment) = self.teller.classroom.clone()?;
        let tag = format!("submit/{}-{}", self.teller.suite.lab.name(), self.teller.seed);
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Some(classroom50::Submission {
            classroom,
            assignment,
            assignment_type: None,
            owner: Some(self.owner.to_owned()),
            submission: tag.clone(),
            commit: tag.clone(),
            release: tag.clone(),
            review: tag,
            datetime: now.clone(),
            graded_at: now,
        })
    }

    fn write(&self, name: &str, print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut text = Vec::new();
        print(&mut text)?;
        replace(&self.folder.join(name), &text)
    }
}
