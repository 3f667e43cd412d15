//! How verdicts are compared with the expected ones.

use model::selftest::{Expected, LabOutcome, Subject, Trial};
use model::{CheckReport, Failure, Fault, Kind, Verdict};
use std::path::PathBuf;
use std::time::Duration;

fn failed(kind: Kind) -> Verdict {
    Verdict::Failed(Box::new(Failure::new(kind, "something else came")))
}

fn wrong(fails: &[&str]) -> Subject {
    let fails = fails.iter().map(|id| (*id).to_owned()).collect();
    Subject::Wrong { path: PathBuf::from("x.py"), about: "a mistake".to_owned(), fails, says: None }
}

/// The first three clauses of lab 3, with these verdicts.
fn trial(subject: Subject, verdicts: [Verdict; 3]) -> Trial {
    let lab3 = checks::suites().iter().find(|suite| suite.lab.number == 3).unwrap();
    let checks = lab3.checks.iter().zip(verdicts).map(|(check, verdict)| CheckReport {
        clause: &check.clause,
        verdict,
        duration: Duration::ZERO,
        finding: None,
        record: None,
    });
    Trial { subject, program: lab3.checks[0].clause.program, checks: checks.collect() }
}

fn deviating(trial: &Trial) -> Vec<&str> {
    trial.deviations().map(|(_, check)| check.clause.id).collect()
}

#[test]
fn a_wrong_program_fails_what_it_names_and_nothing_else() {
    let verdicts = || [Verdict::Passed, failed(Kind::Silence), failed(Kind::Reset)];
    assert!(deviating(&trial(wrong(&["L3.2", "L3.3"]), verdicts())).is_empty());
    assert_eq!(deviating(&trial(wrong(&["L3.2"]), verdicts())), ["L3.3"]);
    assert_eq!(deviating(&trial(wrong(&["L3.1", "L3.2", "L3.3"]), verdicts())), ["L3.1"]);
    let swapped = trial(wrong(&["L3.1", "L3.3"]), verdicts());
    let found: Vec<_> = swapped.deviations().map(|(expected, check)| (expected, check.clause.id)).collect();
    assert_eq!(found, [(Expected::Failed, "L3.1"), (Expected::Passed, "L3.2")]);
}

#[test]
fn a_report_says_what_the_wrong_program_says_it_must() {
    let saying = |words: &str| {
        let Subject::Wrong { path, about, fails, .. } = wrong(&["L3.2", "L3.3"]) else { unreachable!() };
        Subject::Wrong { path, about, fails, says: Some(words.to_owned()) }
    };
    let verdicts = || [Verdict::Passed, failed(Kind::Silence), failed(Kind::Reset)];
    assert!(deviating(&trial(saying("else came"), verdicts())).is_empty());
    // What it says of the other clauses follows from the first one.
    let silent = trial(saying("a cut"), verdicts());
    assert_eq!(deviating(&silent), ["L3.2"]);
    assert_eq!(silent.subject.unsaid(&silent.checks[1]), Some("a cut"));
}

#[test]
fn references_and_correct_programs_pass_everything() {
    let correct = Subject::Correct { path: PathBuf::new(), about: String::new() };
    for subject in [Subject::Reference, correct] {
        assert!(deviating(&trial(subject.clone(), [(); 3].map(|()| Verdict::Passed))).is_empty());
        let one = [Verdict::Passed, Verdict::Passed, failed(Kind::NotWritten)];
        assert_eq!(deviating(&trial(subject, one)), ["L3.3"]);
    }
}

#[test]
fn a_stub_is_told_to_be_unwritten_and_neither_passes_nor_crashes() {
    let todo = || failed(Kind::NotWritten);
    assert!(deviating(&trial(Subject::Stub, [todo(), todo(), todo()])).is_empty());
    assert_eq!(
        deviating(&trial(Subject::Stub, [Verdict::Passed, failed(Kind::Crashed), todo()])),
        ["L3.1", "L3.2"]
    );
}

#[test]
fn what_was_not_decided_is_never_as_expected() {
    let undecided = || [Verdict::Skipped(String::new()), Verdict::Error(Fault::new("")), Verdict::Passed];
    for subject in [wrong(&["L3.1", "L3.2"]), Subject::Reference] {
        assert_eq!(deviating(&trial(subject, undecided())), ["L3.1", "L3.2"]);
    }
    assert_eq!(deviating(&trial(Subject::Stub, undecided())), ["L3.1", "L3.2", "L3.3"]);
}

#[test]
fn a_clause_that_no_wrong_program_names_is_untested() {
    let trial = trial(wrong(&["L3.1"]), [failed(Kind::Silence), Verdict::Passed, Verdict::Passed]);
    let clauses = trial.checks.iter().map(|check| check.clause).collect();
    let suite = &checks::suites()[0];
    let mut lab = LabOutcome { lab: &suite.lab, clauses, trials: vec![trial], whole: true };
    let ids: Vec<_> = lab.untested().iter().map(|clause| clause.id).collect();
    assert_eq!(ids, ["L3.2", "L3.3"]);
    lab.whole = false;
    assert!(lab.untested().is_empty());
}
