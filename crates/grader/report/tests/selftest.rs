//! Reports of self-tests, compared with the files in `tests/golden` as in `golden.rs`.

mod sample;

use model::selftest::{LabOutcome, NotTried, Outcome, Subject, Trial};
use model::{CheckReport, Enforcement, Environment, Failure, Fault, Isolation, Kind, Verdict};
use report::{Palette, selftest};
use sample::{CLAUSES, LAB, answered_too_early, failed, golden};
use std::path::PathBuf;
use std::time::Duration;

/// The trial of a program: every clause gets the expected verdict, except those in `different`.
fn trial(program: &'static str, subject: Subject, different: &[(&str, Verdict)]) -> Trial {
    let deserved = |clause: &model::Clause| match &subject {
        Subject::Stub => failed(Failure::new(Kind::NotWritten, "stopped at a todo!")),
        Subject::Wrong { fails, .. } if fails.iter().any(|id| id == clause.id) => {
            failed(Failure::new(Kind::Silence, "nothing came"))
        }
        _ => Verdict::Passed,
    };
    let checks = CLAUSES.iter().filter(|clause| clause.program == program).map(|clause| CheckReport {
        clause,
        verdict: different
            .iter()
            .find(|(id, _)| *id == clause.id)
            .map_or_else(|| deserved(clause), |(_, v)| v.clone()),
        duration: Duration::from_millis(3),
        finding: None,
        record: None,
    });
    Trial { checks: checks.collect(), program, subject }
}

fn path(program: &str, name: &str) -> PathBuf {
    PathBuf::from(format!("tests/programs/lab3/{program}/{name}"))
}

fn wrong(program: &str, name: &str, fails: &[&str]) -> Subject {
    let path = path(program, &format!("wrong/{name}"));
    let fails = fails.iter().map(|id| (*id).to_owned()).collect();
    Subject::Wrong {
        path,
        about: "takes what one read gives for the whole line.".to_owned(),
        fails,
        says: None,
    }
}

fn correct(program: &str) -> Subject {
    Subject::Correct {
        path: path(program, "correct/slow.rs"),
        about: "sleeps before every answer.".to_owned(),
    }
}

fn outcome(trials: Vec<Trial>, whole: bool) -> Outcome {
    Outcome {
        labs: vec![LabOutcome { lab: &LAB, clauses: CLAUSES.iter().collect(), trials, whole }],
        not_tried: Vec::new(),
        seed: 7,
        environment: Environment {
            system: "Linux 6.18".to_owned(),
            isolation: Isolation::Full,
            enforcement: Enforcement::Watching,
            memory: None,
            jobs: 4,
        },
        duration: Duration::from_millis(41_000),
    }
}

fn clean() -> Outcome {
    let (server, client) = ("echo-server", "echo-client");
    let trials = vec![
        trial(server, Subject::Reference, &[]),
        trial(client, Subject::Reference, &[]),
        trial(server, Subject::Stub, &[]),
        trial(client, Subject::Stub, &[]),
        trial(client, wrong(client, "panics.rs", &["L3.10", "L3.S5"]), &[]),
        trial(server, correct(server), &[]),
        trial(server, wrong(server, "reads-once.rs", &["L3.4", "L3.S1"]), &[]),
        trial(server, wrong(server, "deaf.rs", &["L3.1", "L3.2"]), &[]),
    ];
    outcome(trials, true)
}

fn deviating() -> Outcome {
    let (server, client) = ("echo-server", "echo-client");
    let passed = Verdict::Passed;
    let skipped = Verdict::Skipped("needs a network namespace of its own".to_owned());
    let fault = Verdict::Error(Fault::new("sock_diag: No buffer space available (os error 105)"));
    let panicked = failed(Failure::new(Kind::Crashed, "echo-client \x1b[2Jpanicked"));
    let trials = vec![
        trial(server, Subject::Reference, &[("L3.1", skipped)]),
        trial(client, Subject::Reference, &[]),
        trial(server, Subject::Stub, &[]),
        trial(client, Subject::Stub, &[("L3.10", passed.clone()), ("L3.S5", panicked)]),
        trial(server, correct(server), &[("L3.4", failed(answered_too_early()))]),
        trial(server, correct(server), &[("L3.S1", fault)]),
        trial(
            server,
            wrong(server, "reads-once.rs", &["L3.4", "L3.S1"]),
            &[
                ("L3.4", passed),
                ("L3.2", failed(Failure::new(Kind::Silence, "nothing came").expected("an answer"))),
            ],
        ),
        trial(server, wrong(server, "deaf.rs", &["L3.1", "L3.2"]), &[]),
    ];
    let mut outcome = outcome(trials, true);
    let left_out = |language, command, programs| NotTried { language, command, programs };
    outcome.not_tried = vec![left_out("Go", "go", 4), left_out("Ruby", "ruby", 1)];
    outcome
}

fn terminal(outcome: &Outcome, colour: bool) -> String {
    let mut out = Vec::new();
    selftest::human(outcome, "--seed 7", Palette::new(colour), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn where_all_is_well_there_is_a_table() {
    golden("selftest_clean.txt", &terminal(&clean(), false));
}

#[test]
fn deviations_and_clauses_that_nothing_tests_are_told_in_full() {
    golden("selftest_deviating.txt", &terminal(&deviating(), false));
    golden("selftest_deviating.ansi.txt", &terminal(&deviating(), true));
}

#[test]
fn of_some_files_alone_nothing_is_said_about_the_rest() {
    let one = trial("echo-server", wrong("echo-server", "deaf.rs", &["L3.1", "L3.2"]), &[]);
    let text = terminal(&outcome(vec![one], false), false);
    assert!(!text.contains("nothing tests") && !text.contains("echo-client"), "{text}");
}

#[test]
fn programs_that_were_left_out_are_counted_by_language() {
    let mut outcome = outcome(Vec::new(), false);
    outcome.not_tried = vec![NotTried { language: "Erlang", command: "escript", programs: 1 }];
    let text = terminal(&outcome, false);
    assert!(text.contains("not tried here: 1 program in Erlang (escript)\n"), "{text}");
    assert!(!terminal(&clean(), false).contains("not tried"));
}

#[test]
fn json_follows_its_schema() {
    for (name, outcome) in [("selftest_clean.json", clean()), ("selftest_deviating.json", deviating())] {
        let mut out = Vec::new();
        selftest::json(&outcome, &mut out).unwrap();
        golden(name, &String::from_utf8(out).unwrap());
    }
}
