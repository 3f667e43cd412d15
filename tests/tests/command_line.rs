//! The command line as its users meet it: exit statuses, formats, and what wrong use is told.

use predicates::prelude::*;
use rstest::rstest;
use serde_json::Value;
use tests::xtask;

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
fn wrong_use_gets_one_line_that_names_cause_and_cure(#[case] arguments: &[&str], #[case] names: &str) {
    xtask()
        .args(arguments)
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::starts_with("error: ").and(predicate::str::contains(names)))
        .stderr(predicate::function(|text: &str| text.trim_end().lines().count() == 1));
}

#[rstest]
fn references_satisfy_every_clause(#[values("lab1", "lab3")] lab: &str) {
    let output = xtask().args(["check", lab, "--reference", "--format=json"]).assert().code(0);
    let result: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!(result["schema"], 1);
    assert_eq!(result["score"]["points"], 100);
    assert_eq!(result["score"]["stars"], result["score"]["max_stars"]);
    for check in result["checks"].as_array().unwrap() {
        assert_eq!(check["status"], "passed", "{check:#}");
    }
}

#[rstest]
fn stubs_are_told_to_be_unwritten_once(#[values("lab1", "lab3")] lab: &str) {
    let suite = checks::suites().iter().find(|suite| suite.lab.name() == lab).unwrap();
    let output = xtask().args(["check", lab]).assert().code(1);
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert_eq!(text.matches("is not written yet").count(), suite.lab.programs.len(), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn junit_tells_failures_from_faults() {
    xtask()
        .args(["check", "lab3", "--program", "echo-server=sleep 1000", "--only=L3.1,L3.S1", "--format=junit"])
        .assert()
        .code(1)
        .stdout(predicate::str::starts_with("<?xml").and(predicate::str::contains("failures=\"2\"")))
        .stdout(predicate::str::contains("errors=\"0\""));
}

#[test]
fn a_program_that_cannot_be_judged_here_is_the_graders_fault() {
    // That the sandbox cannot start it says nothing about the program.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    std::fs::write(&program, "#!/no/such/interpreter\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let option = format!("--program=echo-server={} {{port}}", program.display());
    xtask().args(["check", "lab3", &option, "--only=L3.2"]).assert().code(3);
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
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
