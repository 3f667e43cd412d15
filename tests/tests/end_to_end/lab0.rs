//! Lab 0 as a student sees it: a set is drawn, answered and checked; and the whole bank is compared with its experiments.

use predicates::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tests::xtask;

fn bank() -> &'static checks::Bank {
    let suite = checks::suites().iter().find(|suite| suite.lab.number == 0).unwrap();
    suite.bank.as_ref().unwrap()
}

fn reference() -> String {
    fs::read_to_string(runner::workspace_root().join("crates/programs/concepts/answers.toml")).unwrap()
}

fn specimen(name: &str) -> PathBuf {
    runner::collection::folder().join("lab0/answers.toml/wrong").join(name)
}

/// The results of a check of this document.
fn check(document: &Path, arguments: &[&str]) -> Value {
    let output =
        xtask().args(["check", "lab0", "--format=json", "--document"]).arg(document).args(arguments).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// The names of the questions that a document asks or answers.
fn names(document: &str) -> BTreeSet<String> {
    let lines = document.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let names = lines.filter_map(|line| line.split(['.', ' ']).next()).filter(|name| *name != "set");
    names.map(str::to_owned).collect()
}

fn draw(set: &str, file: &Path) -> assert_cmd::assert::Assert {
    xtask().args(["draw", "lab0", "--set", set, "--output"]).arg(file).assert()
}

#[test]
fn the_file_that_students_get_is_the_first_set() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = folder.path().join("answers.toml");
    draw("1", &drawn).code(0);
    let shipped = fs::read(runner::workspace_root().join("labs/lab0-concepts/answers.toml")).unwrap();
    assert_eq!(String::from_utf8(fs::read(drawn).unwrap()), String::from_utf8(shipped));
}

#[test]
fn what_is_drawn_is_not_answered_yet_and_may_be_drawn_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.toml");
    draw("1", &file).code(0);
    draw("4711", &file).code(0).stderr(predicate::str::contains("set 4711"));
    let result = check(&file, &[]);
    for check in result["checks"].as_array().unwrap() {
        assert_eq!(check["failure"]["kind"], "not_written", "{check:#}");
    }
    xtask()
        .args(["check", "lab0", "--document"])
        .arg(&file)
        .assert()
        .code(1)
        .stdout(predicate::str::contains("answers.toml has no answer yet for 18 clauses"));
}

#[test]
fn answers_are_never_drawn_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.toml");
    for text in ["set = 1\nsockets-with-three = 4\n", "no TOML at all"] {
        fs::write(&file, text).unwrap();
        draw("2", &file)
            .code(2)
            .stderr(predicate::str::contains("answers.toml").and(predicate::str::contains("--output")));
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn every_experiment_of_the_bank_shows_what_the_bank_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.toml");
    let mut left = names(&reference());
    assert!(left.len() >= 64, "the bank has {} questions", left.len());
    for set in 0.. {
        let asked = names(&(bank().draw)(set));
        let before = left.len();
        left.retain(|name| !asked.contains(name));
        if left.len() == before {
            continue;
        }
        fs::write(&file, format!("set = {set}\n{}", reference())).unwrap();
        let result = check(&file, &["--isolation=full"]);
        for check in result["checks"].as_array().unwrap() {
            assert_eq!(check["status"], "passed", "set {set}: {check:#}");
            let finding = check["finding"].as_str().unwrap();
            assert!(asked.iter().any(|name| finding.starts_with(&format!("{name}: "))), "{finding}");
        }
        if left.is_empty() {
            break;
        }
    }
}

#[test]
fn parts_of_a_clause_are_parts_of_its_points() {
    let document = specimen("half-matched.toml");
    let result = check(&document, &["--only=L0.10"]);
    let check = &result["checks"][0];
    assert_eq!((&check["status"], &check["points"], &check["max"]), (&"failed".into(), &3.into(), &7.into()));
    assert_eq!(check["failure"]["parts"], serde_json::json!({"right": 1, "of": 2}));
    assert_eq!(result["score"]["points"], 3);
    let output =
        xtask().args(["check", "lab0", "--only=L0.10", "--document"]).arg(&document).assert().code(1);
    output.stdout(predicate::str::contains("(3 of 7 points)").and(predicate::str::contains("points 3/7")));
}

#[test]
fn the_result_stands_beside_the_prediction() {
    let document = specimen("forgets-the-listening-socket.toml");
    let output = xtask().args(["check", "lab0", "--document"]).arg(&document).assert().code(1);
    output
        .stdout(predicate::str::contains("expected  measured: 13"))
        .stdout(predicate::str::contains("got       predicted: 12"))
        // For a question with a correct answer.
        .stdout(predicate::str::contains("(measured, as predicted)"))
        .stdout(predicate::str::contains("points 94/100"));
}

#[test]
fn without_a_set_the_seed_draws() {
    let drawn = |seed: &str| {
        let file = runner::workspace_root().join("crates/programs/concepts/answers.toml");
        let result = check(&file, &["--seed", seed]);
        let findings = result["checks"].as_array().unwrap().iter().map(|check| check["finding"].to_string());
        findings.collect::<Vec<_>>()
    };
    assert_eq!(drawn("7"), drawn("7"));
    assert_ne!(drawn("7"), drawn("8"));
}

#[test]
fn without_namespaces_what_needs_them_is_skipped_and_nothing_fails() {
    let file = runner::workspace_root().join("crates/programs/concepts/answers.toml");
    let result = check(&file, &["--isolation=none", "--seed=1"]);
    let status: Vec<&str> =
        result["checks"].as_array().unwrap().iter().map(|check| check["status"].as_str().unwrap()).collect();
    assert!(status.iter().all(|status| ["passed", "skipped"].contains(status)), "{result:#}");
    assert!(status.contains(&"passed") && status.contains(&"skipped"), "{result:#}");
}
