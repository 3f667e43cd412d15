//! Results for CI services: JUnit XML. A missed clause is a failure, a failure of the grader is an error, and an undecided clause is
//! skipped with its reason.

use crate::{Origin, escape, human};
use model::{CheckReport, Isolation, RunReport, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io;

/// Writes the results of a finished run as one test suite.
pub fn write(report: &RunReport, origin: &Origin, out: &mut impl io::Write) -> io::Result<()> {
    let mut suite = TestSuite::new(report.lab.name());
    suite.set_time(report.duration);
    suite.add_property(("seed", &*report.seed.to_string()));
    suite.add_property(("system", &*escape::text(&report.environment.system)));
    let isolation = match &report.environment.isolation {
        Isolation::Full => "full".to_owned(),
        Isolation::None(reason) => format!("none: {}", escape::text(reason)),
    };
    suite.add_property(("isolation", &*isolation));
    suite.add_property(("limits", report.environment.enforcement.name()));
    suite.add_test_cases(report.checks.iter().map(|check| case(report, check, origin)));
    let mut document = Report::new(report.lab.title);
    document.set_time(report.duration);
    document.add_test_suite(suite);
    let text = document.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn case(report: &RunReport, check: &CheckReport, origin: &Origin) -> TestCase {
    let mut status = match &check.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed(_) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error(_) => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Skipped(_) => TestCaseStatus::skipped(),
    };
    match &check.verdict {
        Verdict::Passed => {}
        Verdict::Failed(failure) => {
            status.set_type(failure.kind.name());
            status.set_message(escape::text(&failure.summary));
            status.set_description(human::plain_failure(report, check, failure, origin));
        }
        Verdict::Error(fault) => {
            status.set_type("grader");
            let ruled = if report.is_ruled(check) { format!(" ({})", human::RULED) } else { String::new() };
            status.set_message(format!("{}{ruled}", escape::text(&fault.message)));
        }
        Verdict::Skipped(reason) => {
            status.set_message(escape::text(reason));
        }
    }
    let mut case = TestCase::new(format!("{} {}", check.clause.id, check.clause.title()), status);
    case.set_classname(format!("{}.{}", report.lab.name(), check.clause.program));
    case.set_time(check.duration);
    case
}
