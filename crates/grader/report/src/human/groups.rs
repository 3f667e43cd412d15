//! Finds failures that a report should describe only once.

use model::{CheckReport, Failure, Kind, RunReport, Shown, Verdict};

/// The values that make two failures the same for a reader.
#[derive(PartialEq)]
pub(crate) struct Sameness<'a> {
    program: &'static str,
    kind: Kind,
    summary: String,
    /// A program that exits or crashes does so for the same reason if its output is the same.
    output: Option<String>,
    /// A mistake in a conversation is the same if the same was expected and the same came.
    shown: Option<(&'a Option<Shown>, &'a Option<Shown>)>,
}

impl<'a> Sameness<'a> {
    fn of(program: &'static str, failure: &'a Failure) -> Self {
        let Failure { kind, summary, expected, got, output, .. } = failure;
        let never_began = matches!(kind, Kind::NotStarted | Kind::NotListening);
        let broke_off = matches!(kind, Kind::Exited | Kind::Crashed);
        Sameness {
            program,
            kind: *kind,
            summary: without_ports(summary),
            output: broke_off.then(|| without_ports(&String::from_utf8_lossy(output))),
            shown: (!never_began && !broke_off).then_some((expected, got)),
        }
    }
}

/// Replaces numbers of four digits and more, since ports, process ids and thread ids differ from check to check. Exit statuses, signals and
/// line numbers stay.
fn without_ports(text: &str) -> String {
    let is_number = |part: &str| part.len() >= 4 && part.starts_with(|c: char| c.is_ascii_digit());
    let parts = text.split_inclusive(|c: char| !c.is_ascii_digit());
    let masked = parts.map(|part| {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        if is_number(digits) { part.replacen(digits, "#", 1) } else { part.to_owned() }
    });
    masked.collect()
}

/// Checks that share something, in the lab's order.
type Shared<'a, K> = Vec<(K, Vec<&'a CheckReport>)>;

/// The checks that did not pass, by what they have in common.
pub(crate) struct Groups<'a> {
    /// By program: its stub is not written yet.
    pub(crate) unwritten: Shared<'a, &'static str>,
    /// By what happened.
    pub(crate) failed: Shared<'a, Sameness<'a>>,
    /// By reason.
    pub(crate) skipped: Shared<'a, &'a str>,
    /// By message.
    pub(crate) faults: Shared<'a, &'a str>,
}

impl<'a> Groups<'a> {
    pub(crate) fn of(report: &'a RunReport) -> Self {
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
                    add(&mut groups.failed, Sameness::of(program, failure), check);
                }
                Verdict::Skipped(reason) => add(&mut groups.skipped, &**reason, check),
                Verdict::Error(fault) => add(&mut groups.faults, &*fault.message, check),
            }
        }
        groups
    }
}

/// Whether a check waits for a stub that is not written.
pub(crate) fn is_unwritten(check: &CheckReport) -> bool {
    matches!(&check.verdict, Verdict::Failed(failure) if failure.kind == Kind::NotWritten)
}

/// `L3.1, L3.2`. A clause about several programs is named once.
pub(crate) fn ids(checks: &[&CheckReport]) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for check in checks {
        if !ids.contains(&check.clause.id) {
            ids.push(check.clause.id);
        }
    }
    ids.join(", ")
}

fn add<'a, K: PartialEq>(shared: &mut Shared<'a, K>, key: K, check: &'a CheckReport) {
    match shared.iter_mut().find(|(other, _)| *other == key) {
        Some((_, checks)) => checks.push(check),
        None => shared.push((key, vec![check])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_from_check_to_check_and_statuses_do_not() {
        let summary = "nobody listens on port 15530: echo-server exited with status 127";
        assert_eq!(without_ports(summary), "nobody listens on port #: echo-server exited with status 127");
        assert_eq!(
            without_ports("thread 'main' (16583) panicked at a.rs:51:17"),
            "thread 'main' (#) panicked at a.rs:51:17"
        );
        assert_eq!(without_ports("12345"), "#");
    }

    #[test]
    fn programs_that_break_off_with_other_words_are_told_apart() {
        let crash = |words: &str| {
            let mut failure = Failure::new(Kind::Crashed, "the server panicked").expected("an answer");
            failure.output = words.as_bytes().to_vec();
            failure
        };
        let same = |a: &Failure, b: &Failure| Sameness::of("server", a) == Sameness::of("server", b);
        assert!(same(
            &crash("client 127.0.0.1:40001: oh"),
            &crash("client 127.0.0.1:40002: oh").got("nothing")
        ));
        assert!(!same(&crash("index out of range"), &crash("invalid UTF-8")));
    }
}
