//! JUnit XML for the class: a suite for each submission, a case for each clause. As in a submission's own document, a missed clause is a
//! failure, and a fault of the grader is an error, even if the instructor has decided that it counts as zero. The evidence is in the
//! feedback files.

use super::{Class, Entry, Mark, Outcome, worth};
use model::{Clause, Ruling};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use report::escape;
use std::io;

/// The document.
///
/// # Errors
/// None that are known.
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
    if let Some(ruling) = entry.ruling {
        suite.add_property(("fault is", ruling.name()));
    }
    let ruled = entry.ruling.map(ruled).unwrap_or_default();
    match &entry.outcome {
        Outcome::Graded(marks) => {
            let cases = class.clauses.iter().zip(marks);
            suite.add_test_cases(cases.map(|(clause, mark)| case(class, clause, *mark, ruled)));
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
            let message = format!("{message}{ruled}");
            suite.add_test_case(single(class, "the grader works", NonSuccessKind::Error, &message));
        }
    }
    suite
}

/// The words that are added to a fault.
fn ruled(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Zero => "; the instructor has decided that this counts as zero",
    }
}

fn case(class: &Class, clause: &Clause, mark: Mark, ruled: &str) -> TestCase {
    let status = match mark {
        Mark::Passed => TestCaseStatus::success(),
        Mark::Partly(points) => {
            told(NonSuccessKind::Failure, &format!("{points} of {} points", worth(clause)))
        }
        Mark::Missed => told(NonSuccessKind::Failure, "missed"),
        Mark::Skipped => TestCaseStatus::skipped(),
        Mark::Fault => {
            let message = format!("the grader itself failed; this says nothing about the program{ruled}");
            told(NonSuccessKind::Error, &message)
        }
    };
    let mut case = TestCase::new(format!("{} {}", clause.id, clause.title()), status);
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
