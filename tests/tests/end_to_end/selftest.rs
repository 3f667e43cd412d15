//! Every check is needed, as `cargo xtask selftest` finds out (and `collection` tries, program by program). The self-test reports what it
//! finds.

use predicates::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tests::{needs, xtask};

#[test]
fn every_clause_has_a_wrong_program_that_fails_it() {
    let collection = runner::collection::collection(&runner::collection::folder()).unwrap();
    for suite in checks::suites() {
        for clause in suite.checks.iter().map(|check| &check.clause) {
            let tests = |specimen: &runner::collection::Specimen| {
                specimen.program == clause.program && specimen.fails.iter().any(|id| id == clause.id)
            };
            assert!(collection.iter().any(tests), "{} of {}", clause.id, clause.program);
        }
    }
}

#[test]
fn each_clause_has_a_report_that_is_kept_and_nothing_else_has() {
    let clauses =
        checks::suites().iter().flat_map(|suite| suite.checks).map(|check| check.clause.id.to_owned());
    let files = fs::read_dir(runner::workspace_root().join("tests/reports")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let kept = names.map(|name| name.trim_end_matches(".snap").to_owned());
    assert_eq!(kept.collect::<BTreeSet<_>>(), clauses.collect::<BTreeSet<_>>());
}

#[test]
fn every_file_of_the_collection_is_in_a_language_that_is_known_documented_and_installed_in_ci() {
    for specimen in runner::collection::collection(&runner::collection::folder()).unwrap() {
        let language =
            specimen.language().unwrap_or_else(|error| panic!("{}: {error}", specimen.path.display()));
        assert_eq!(language.is_none(), specimen.is_document(), "{}", specimen.path.display());
    }
    let root = runner::workspace_root();
    let table = fs::read_to_string(runner::collection::folder().join("README.md")).unwrap();
    let ci = fs::read_to_string(root.join(".ci/run")).unwrap();
    for language in runner::collection::LANGUAGES {
        assert!(table.contains(&format!("| `.{}` |", language.extension)), "{}", language.name);
        for command in language.commands().filter(|command| *command != "rustc") {
            assert!(ci.contains(&format!("[{command}]=")), "{command} of {}", language.name);
        }
    }
}

#[test]
fn no_wrong_program_is_kept_whole_that_is_a_change_of_a_correct_one() {
    let is_wrong = |file: &Path| file.parent().is_some_and(|folder| folder.ends_with("wrong"));
    let files = runner::collection::files(&runner::collection::folder()).unwrap();
    let copies = files.iter().filter(|file| is_wrong(file));
    let copies: Vec<String> = copies
        .filter(|file| runner::collection::as_patch(file).unwrap().is_some())
        .map(|file| file.display().to_string())
        .collect();
    let cure = format!("cargo run -p tests --bin patches -- {}", copies.join(" "));
    assert!(copies.is_empty(), "these are patches of correct programs: {cure}");
}

#[test]
fn a_patch_is_shown_as_the_program_that_it_makes() {
    let shown = |part| xtask().args(["selftest", "--show", part]).assert();
    shown("echo-server/wrong/reads-once").code(0).stdout(
        predicate::str::starts_with(
            "// mistake: takes what one read gives for the whole line.\n// fails: L3.4",
        )
        .and(predicate::str::contains("\nfn main("))
        .and(predicate::str::contains("changes:").not()),
    );
    shown("echo-server/wrong/r").code(2).stderr(predicate::str::contains("several files"));
}

/// A collection with one program. Its first line says which clauses it fails.
fn collection(fails: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("lab3/bounded-listener/wrong");
    fs::create_dir_all(&programs).unwrap();
    let text = format!("# mistake: ends at once.\n# fails: {fails}\n\nprint('nothing to do')\n");
    fs::write(programs.join("ends.py"), text).unwrap();
    folder
}

fn selftest(collection: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    xtask().args(["selftest", "lab3", "--collection"]).arg(collection).args(arguments).assert()
}

#[test]
fn a_wrong_program_that_fails_more_than_it_names_is_told() {
    needs!("python3");
    let folder = collection("L3.17");
    selftest(folder.path(), &["--file", "ends"])
        .code(1)
        .stdout(
            predicate::str::contains("wrong/ends.py").and(predicate::str::contains("mistake: ends at once.")),
        )
        .stdout(predicate::str::contains("L3.18 should pass and fails"))
        .stdout(predicate::str::contains("L3.17 should").not())
        // One file alone does not show what the others test.
        .stdout(predicate::str::contains("nothing tests").not());
}

#[test]
fn a_mistake_that_escapes_is_told() {
    needs!("python3");
    let folder = collection("L3.17");
    let right = runner::collection::folder().join("lab3/bounded-listener/correct/readline.py");
    let text = fs::read_to_string(right).unwrap().replacen("# correct:", "# fails: L3.18\n# mistake:", 1);
    fs::write(folder.path().join("lab3/bounded-listener/wrong/escapes.py"), text).unwrap();
    let output = selftest(folder.path(), &["--file", "escapes", "--format", "json"]).code(1);
    let result: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!(result["schema"], 1);
    let deviations = result["labs"][0]["deviations"].as_array().unwrap();
    assert_eq!(deviations.len(), 1, "{result:#}");
    assert_eq!(deviations[0]["check"]["id"], "L3.18");
    assert_eq!(
        (&deviations[0]["expected"], &deviations[0]["check"]["status"]),
        (&"failed".into(), &"passed".into())
    );
}

#[test]
fn a_clause_that_nothing_tests_is_told() {
    needs!("python3");
    let folder = collection("L3.17 L3.18");
    let untested = |id: &str| predicate::str::contains(format!("{id} is a clause that nothing tests"));
    selftest(folder.path(), &[])
        .code(1)
        .stdout(untested("L3.1").and(untested("L3.16")))
        .stdout(untested("L3.17").or(untested("L3.18")).not())
        .stdout(predicate::str::contains("0 not as expected"));
}

#[test]
fn a_header_that_makes_no_sense_stops_the_self_test() {
    for (fails, names) in [("L3.99", "L3.99"), ("L3.1", "L3.1"), ("", "which clauses it fails")] {
        let folder = collection(fails);
        selftest(folder.path(), &[])
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(names).and(predicate::str::contains("ends.py")));
    }
}

/// The self-test of this collection without any installed language.
fn without_languages(collection: &Path, arguments: &[&str]) -> assert_cmd::Command {
    let mut xtask = xtask();
    xtask.args(["selftest", "lab3", "--collection"]).arg(collection).args(arguments);
    xtask.env("PATH", "/no/such/folder").env_remove("REQUIRE_ALL");
    xtask
}

#[test]
fn programs_in_a_language_that_is_not_installed_are_counted_and_left_out() {
    let folder = collection("L3.17 L3.18");
    without_languages(folder.path(), &["--file", "ends"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("not tried here: 1 program in Python (python3)"))
        .stdout(predicate::str::contains("0 programs"));
    let output = without_languages(folder.path(), &["--file", "ends", "--format", "json"]).assert().code(0);
    let result: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let left_out = serde_json::json!([{ "language": "Python", "missing": "python3", "programs": 1 }]);
    assert_eq!(result["not_tried"], left_out);
}

#[test]
fn a_missing_interpreter_is_named_where_all_are_required() {
    let folder = collection("L3.17 L3.18");
    without_languages(folder.path(), &["--file", "ends"])
        .env("REQUIRE_ALL", "1")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("`python3` is needed").and(predicate::str::contains("ends.py")));
}
