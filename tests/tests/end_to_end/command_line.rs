//! The command line as its users see it: exit statuses, formats, and the messages for wrong use.

use predicates::prelude::*;
use rstest::rstest;
use serde_json::Value;
use std::path::Path;
use tests::{needs, xtask};

#[rstest]
#[case::lab(&["check", "lab33"], "lab3")]
#[case::clause(&["check", "lab3", "--only", "L3.44"], "L3.4")]
#[case::program(&["check", "lab3", "--program", "echo-sever=cat"], "echo-server")]
#[case::empty_template(&["check", "lab3", "--program", "echo-server= "], "empty")]
#[case::open_quote(&["check", "lab3", "--program", "echo-server=sh 'x"], "quote")]
#[case::interpreter(&["check", "lab3", "--program", "echo-server=no-such-interpreter x.py {port}"], "no-such-interpreter")]
#[case::script(&["check", "lab3", "--program", "echo-server=sh missing.py {port}"], "missing.py")]
#[case::placeholder(&["check", "lab3", "--program", "echo-server=sh {prot}"], "{port}")]
#[case::missing_placeholder(&["check", "lab1", "--program", "dumb-http-client=sh {port}"], "{host}")]
#[case::output(&["check", "lab3", "--reference", "--output", "/no/such/folder/result"], "/no/such/folder")]
#[case::explain(&["explain", "L3.S44"], "L3.S4")]
#[case::bench(&["bench", "lab3"], "lab5")]
#[case::bench_program(&["bench", "lab5", "--program", "server-asink=cat {port}"], "server-async")]
#[case::no_program(&["check", "lab0", "--program", "answers=cat"], "--document")]
#[case::nothing_to_see(&["xray", "lab0"], "no program")]
#[case::nothing_to_draw(&["draw", "lab3", "--set", "1"], "lab3")]
#[case::selftest(&["selftest", "lab33"], "lab3")]
#[case::selftest_file(&["selftest", "--file", "no-such-program"], "no-such-program")]
#[case::selftest_folder(&["selftest", "--collection", "/no/such/folder"], "/no/such/folder")]
fn wrong_use_gets_one_line_that_names_cause_and_cure(#[case] arguments: &[&str], #[case] names: &str) {
    tests::needs!("sh");
    xtask()
        .args(arguments)
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::starts_with("error: ").and(predicate::str::contains(names)))
        .stderr(predicate::function(|text: &str| text.trim_end().lines().count() == 1));
}

#[test]
fn results_for_programs_add_up() {
    let output = xtask().args(["check", "lab3", "--reference", "--seed=1", "--format=json"]).assert().code(0);
    let result: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!(result["schema"], 1);
    assert_eq!(result["score"]["points"], 100);
    assert_eq!(result["score"]["stars"], result["score"]["max_stars"]);
    for check in result["checks"].as_array().unwrap() {
        assert_eq!(check["status"], "passed", "{check:#}");
    }
}

#[test]
fn stubs_are_told_to_be_unwritten_once() {
    let suite = checks::suites().iter().find(|suite| suite.lab.number == 3).unwrap();
    let output = xtask().args(["check", "lab3"]).assert().code(1);
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert_eq!(text.matches("is not written yet").count(), suite.lab.programs.len(), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn junit_tells_failures_from_faults() {
    tests::needs!("sh");
    xtask()
        .args(["check", "lab3", "--program", "echo-server=sleep 1000", "--only=L3.1,L3.S1", "--format=junit"])
        .assert()
        .code(1)
        .stdout(predicate::str::starts_with("<?xml").and(predicate::str::contains("failures=\"2\"")))
        .stdout(predicate::str::contains("errors=\"0\""));
}

/// The result of a check of a server that is a script with this first line. `{folder}` in it is a folder that may not be entered.
fn check_script(first_line: &str) -> assert_cmd::assert::Assert {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let set_mode =
        |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    set_mode(folder.path(), 0o755);
    let (program, closed) = (folder.path().join("program"), folder.path().join("closed"));
    std::fs::create_dir(&closed).unwrap();
    set_mode(&closed, 0o600);
    let text = first_line.replace("{folder}", closed.to_str().unwrap());
    std::fs::write(&program, format!("{text}\n")).unwrap();
    set_mode(&program, 0o755);
    let option = format!("--program=echo-server={} {{port}}", program.display());
    // Of all folders in `/tmp`, a program sees only the one that it starts in.
    xtask().args(["check", "lab3", &option, "--only=L3.2"]).current_dir(folder.path()).assert()
}

#[test]
fn a_program_that_cannot_be_judged_here_is_the_graders_fault() {
    // If the sandbox cannot start it, that says nothing about the program.
    check_script("#!{folder}/interpreter").code(3);
}

#[rstest]
#[case::missing("#!/no/such/interpreter -u", "`/no/such/interpreter`, which is not there")]
#[case::line_end_of_windows("#!/bin/sh\r", "`/bin/sh\\r`: the carriage return (\\r)")]
#[case::line_end_of_windows_and_env("#!/usr/bin/env sh\r", "`sh\\r`: the carriage return (\\r)")]
#[case::folder("#!/usr", "`/usr`, which is no program")]
fn a_script_whose_interpreter_cannot_be_had_is_told_so(#[case] first_line: &str, #[case] words: &str) {
    let output = check_script(first_line).code(1).get_output().stdout.clone();
    // Whatever the line breaks are.
    let text = String::from_utf8(output).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(words), "{text}");
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
    tests::needs!("sh");
    let transcript = |seed: &str| {
        let output = xtask()
            .args([
                "check",
                "lab3",
                "--program",
                "echo-server=sh -c 'sleep 1000' {port}",
                "--only=L3.1",
                "--format=json",
                "--seed",
                seed,
            ])
            .output()
            .unwrap();
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        result["checks"][0]["failure"]["summary"].to_string()
    };
    // The port comes from the seed.
    assert_eq!(transcript("7"), transcript("7"));
    assert_ne!(transcript("7"), transcript("8"));
}

#[test]
fn the_list_shows_what_was_last_found_out() {
    tests::needs!("sh");
    let target = tempfile::tempdir().unwrap();
    let command = |arguments: &[&str]| {
        let mut command = xtask();
        command.env("CARGO_TARGET_DIR", target.path()).args(arguments);
        command
    };
    let listed =
        |contains: &str| command(&["list"]).assert().code(0).stdout(predicate::str::contains(contains));
    listed("not checked yet").stderr("");
    let only = |id: &str| command(&["check", "lab1", "--only", id]).assert().code(1);
    only("L1.1");
    listed("· L1.1 ").stderr("").stdout(predicate::str::contains("checked just now"));
    // Earlier results stay known.
    only("L1.2");
    listed("· L1.1 ").stdout(predicate::str::contains("· L1.2 "));
    // Results that are not about the student's own program are not kept.
    let other = "--program=dumb-http-client=sh -c 'exit 1' {host} {port}";
    command(&["check", "lab1", "--only", "L1.1", other]).assert().code(1);
    listed("· L1.1 ");

    let kept = target.path().join("xtask/last/lab1.json");
    std::fs::write(
        &kept,
        r#"{"schema":2,"marks":{"L1.1 dumb-http-client":"passed","L1.2 dumb-http-client":"failed"}}"#,
    )
    .unwrap();
    listed("✓ L1.1 ")
        .stdout(predicate::str::contains("✗ L1.2 ").and(predicate::str::contains("points 10/100")));
    std::fs::write(&kept, "{").unwrap();
    listed("L1.1 ").stderr(predicate::function(|text: &str| {
        text.starts_with("warning: ") && text.contains("lab1.json") && text.lines().count() == 1
    }));
}

#[test]
fn results_that_cannot_be_kept_are_a_warning() {
    let target = tempfile::tempdir().unwrap();
    std::fs::write(target.path().join("xtask"), "a file where the folder should be").unwrap();
    xtask()
        .env("CARGO_TARGET_DIR", target.path())
        .args(["check", "lab1", "--only=L1.1"])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("points 0/10"))
        .stderr(predicate::str::contains("warning: these results cannot be kept"));
}

#[test]
fn a_lab_is_listed_with_its_limits_as_they_can_be_changed() {
    for suite in checks::suites().iter().filter(|suite| !suite.lab.programs.is_empty()) {
        let memory = format!("limits: memory={} tasks={}", suite.limits.memory >> 20, suite.limits.tasks);
        xtask().args(["list", &suite.lab.name()]).assert().code(0).stdout(predicate::str::contains(memory));
    }
}

#[test]
fn every_clause_can_be_explained_and_is_listed() {
    let listed = xtask().args(["list"]).assert().code(0);
    let listed = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    for check in checks::suites().iter().flat_map(|suite| suite.checks) {
        assert!(listed.contains(check.clause.id), "{}", check.clause.id);
        xtask()
            .args(["explain", check.clause.id])
            .assert()
            .code(0)
            .stdout(predicate::str::contains(check.clause.id));
    }
}

#[test]
fn hints_come_in_three_steps() {
    let hints = |step: &'static str| {
        let output = xtask().args(["explain", "L3.4", "--hint", step]).assert().code(0);
        let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        let section = text.lines().skip_while(|line| *line != "Hint").skip(1);
        section.take_while(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<String>>()
    };
    for (step, marks) in [("1", 1), ("2", 2), ("3", 3)] {
        let told = hints(step);
        let numbered = told.iter().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(numbered.count(), marks, "{told:?}");
        let more = told.last().is_some_and(|line| line.contains("cargo xtask explain L3.4 --hint"));
        assert_eq!(more, marks < 3, "{told:?}");
    }
    xtask().args(["explain", "L3.4", "--hint", "4"]).assert().code(2);
}

#[test]
fn the_doctor_finds_full_isolation_here() {
    let output = xtask().args(["doctor", "--format=json"]).assert().code(0);
    let document: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!(document["full_isolation"], true, "{document:#}");
    let needs: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["need"].as_str().unwrap())
        .collect();
    for need in [
        "namespaces",
        "kernel",
        "system calls",
        "processor time",
        "open files",
        "processes",
        "cargo",
        "rustc",
        "cc",
    ] {
        assert!(needs.contains(&need), "{needs:?}");
    }
}

#[test]
fn the_doctor_tells_what_is_limited_and_what_is_missing() {
    needs!("bash");
    let limited = format!("ulimit -n 1500 -u 2000 && exec {} doctor", tests::xtask_path().display());
    assert_cmd::Command::new("bash")
        .args(["-c", &limited])
        .current_dir(runner::workspace_root())
        .assert()
        .code(0)
        .stdout(predicate::str::is_match("– open files +1500 at most: L4.S3, L5.S1, L5.S2 cannot").unwrap())
        .stdout(
            predicate::str::is_match("– processes +1800 left: checks with a thousand clients cannot")
                .unwrap(),
        )
        .stdout(predicate::str::contains("cure: raise the hard limit"));
    xtask()
        .args(["doctor"])
        .env("RUSTC", "/no/such/compiler")
        .assert()
        .code(1)
        .stdout(predicate::str::is_match("✗ rustc +not there").unwrap())
        .stdout(predicate::str::ends_with("checks cannot be decided here with full isolation\n"));
}
