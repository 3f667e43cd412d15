//! JUnit XML over the class: a suite for each submission, a case for each clause. As in a submission's own
//! document a missed clause is a failure, and a fault of the grader is an error. The evidence is in the feedback files.

use super::{Class, Entry, Mark, Outcome, worth};
use model::Clause;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use report::escape;
use std::io;

/// The document.
///
/// # Errors
/// None that is known of.
pub fn document(class: &Class) -> io::Result<String> {
    let mut document = Report::new(class.lab.title);
    document.add_test_suites(class.entries.iter().map(|entry| suite(class, entry)));
    document.to_string().map_err(io::Error::other)
}

fn suite(class: &Class, entry: &Entry) -> TestSuite {
    let mut suite = TestSuite::new(shown(&entry.name));
    suite.add_property(("handed in as", &*shown(&entry.original_name)));
    suite.add_property(("status", entry.status(class.clauses)));
    suite.add_property(("digest", &*shown(&entry.digest)));
    match &entry.outcome {
        Outcome::Graded(marks) => {
            let cases = class.clauses.iter().zip(marks);
            suite.add_test_cases(cases.map(|(clause, mark)| case(class, clause, *mark)));
        }
        Outcome::DoesNotCompile => {
            suite.add_test_case(single(
                class,
                "the programs compile",
                NonSuccessKind::Failure,
                "they do not",
            ));
        }
        Outcome::Refused(reason) => {
            suite.add_test_case(single(class, "the submission is taken", NonSuccessKind::Failure, reason));
        }
        Outcome::Fault(message) => {
            suite.add_test_case(single(class, "the grader works", NonSuccessKind::Error, message));
        }
    }
    suite
}

fn case(class: &Class, clause: &Clause, mark: Mark) -> TestCase {
    let status = match mark {
        Mark::Passed => TestCaseStatus::success(),
        Mark::Partly(points) => {
            told(NonSuccessKind::Failure, &format!("{points} of {} points", worth(clause)))
        }
        Mark::Missed => told(NonSuccessKind::Failure, "missed"),
        Mark::Skipped => TestCaseStatus::skipped(),
        Mark::Fault => {
            told(NonSuccessKind::Error, "the grader itself failed; this says nothing about the program")
        }
    };
    let mut case = TestCase::new(format!("{} {}", clause.id, clause.title), status);
    case.set_classname(format!("{}.{}", class.lab.name(), clause.program));
    case
}

fn single(class: &Class, name: &str, kind: NonSuccessKind, message: &str) -> TestCase {
    let mut case = TestCase::new(name, told(kind, message));
    case.set_classname(class.lab.name());
    case
}

fn told(kind: NonSuccessKind, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(shown(message));
    status
}

/// XML forbids most control characters, and these texts may come from a submission.
fn shown(text: &str) -> String {
    escape::escape(text.as_bytes())
}
