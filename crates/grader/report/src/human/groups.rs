//! Finds what a report should say only once.

use model::{CheckReport, Kind, RunReport, Shown, Verdict};

/// What makes two failures the same to a reader: the program, the kind, the summary, what should have come and
/// what came.
pub(super) type Sameness<'a> = (&'static str, Kind, &'a str, &'a Option<Shown>, &'a Option<Shown>);

/// Checks that share something, in the lab's order.
type Shared<'a, K> = Vec<(K, Vec<&'a CheckReport>)>;

/// The checks that did not pass, by what they have in common.
pub(super) struct Groups<'a> {
    /// By program: its stub is not written yet.
    pub(super) unwritten: Shared<'a, &'static str>,
    /// By what happened.
    pub(super) failed: Shared<'a, Sameness<'a>>,
    /// By reason.
    pub(super) skipped: Shared<'a, &'a str>,
    /// By message.
    pub(super) faults: Shared<'a, &'a str>,
}

impl<'a> Groups<'a> {
    pub(super) fn of(report: &'a RunReport) -> Self {
        let mut groups =
            Groups { unwritten: Vec::new(), failed: Vec::new(), skipped: Vec::new(), faults: Vec::new() };
        for check in &report.checks {
            let program = check.clause.program;
            match &check.verdict {
                Verdict::Passed => {}
                Verdict::Failed(failure) if failure.kind == Kind::NotWritten => {
                    add(&mut groups.unwritten, program, check);
                }
                Verdict::Failed(failure) => {
                    let key = (program, failure.kind, &*failure.summary, &failure.expected, &failure.got);
                    add(&mut groups.failed, key, check);
                }
                Verdict::Skipped(reason) => add(&mut groups.skipped, &**reason, check),
                Verdict::Error(fault) => add(&mut groups.faults, &*fault.message, check),
            }
        }
        groups
    }
}

/// Whether a check waits for a stub that is not written.
pub(super) fn is_unwritten(check: &CheckReport) -> bool {
    matches!(&check.verdict, Verdict::Failed(failure) if failure.kind == Kind::NotWritten)
}

/// `L3.1, L3.2`.
pub(super) fn ids(checks: &[&CheckReport]) -> String {
    checks.iter().map(|check| check.clause.id).collect::<Vec<_>>().join(", ")
}

fn add<'a, K: PartialEq>(shared: &mut Shared<'a, K>, key: K, check: &'a CheckReport) {
    match shared.iter_mut().find(|(other, _)| *other == key) {
        Some((_, checks)) => checks.push(check),
        None => shared.push((key, vec![check])),
    }
}
