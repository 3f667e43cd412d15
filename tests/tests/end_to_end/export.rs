//! The repository for students: it is made from the course's own, contains nothing that only instructors need, and works by itself.

use assert_cmd::Command;
use predicates::prelude::*;
use runner::collection::target_folder;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tests::{needs, xtask};

/// Exports to a folder that is always the same, so that cargo compiles only what has changed.
fn exported() -> PathBuf {
    let folder = target_folder().join("exported");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    // A test is about the present files, committed or not.
    xtask().args(["export", "student", "--allow-dirty"]).arg(&folder).assert().code(0).stdout("");
    folder
}

/// All files below a folder, relative to it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => {
                    _ = found.insert(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned())
                }
            }
        }
    }
    found
}

/// A command in the students' repository. It may not use the network.
fn there(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_remove("CARGO_MANIFEST_DIR").env_remove("NO_COLOR");
    command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", target_folder().join("exported-target"));
    command
}

#[test]
fn students_get_a_repository_that_works_by_itself() {
    needs!("git");
    let folder = exported();
    holds_what_students_need_and_no_more(&folder);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    there(cargo, &folder).args(["build", "--quiet", "--locked", "--package", "xtask"]).assert().code(0);
    let built = target_folder().join("exported-target/debug/xtask");
    let xtask = |words: &[&str]| there(&built, &folder).args(words).assert();

    xtask(&["list"]).code(0).stdout(predicate::str::contains("lab3"));
    xtask(&["explain", "L3.4"]).code(0).stdout(predicate::str::contains("L3.4"));
    xtask(&["draw", "lab0", "--set", "7"]).code(0);
    let answers = fs::read_to_string(folder.join("labs/lab0-concepts/answers.toml")).unwrap();
    assert!(answers.contains("set = 7"), "{answers}");
    xtask(&["doctor"]).code(0).stdout(predicate::str::contains("self-test").not());
    xtask(&["check", "lab1"]).code(1).stdout(predicate::str::contains("is not written yet"));
    let own = std::process::id().to_string();
    xtask(&["xray", "--pid", &own]).code(0).stdout(predicate::str::contains(&own));

    for absent in [
        &["check", "lab3", "--reference"][..],
        &["xray", "lab3", "echo-server", "--reference"],
        &["selftest"],
        &["bench", "lab5"],
        &["export", "student", "x"],
        &["grade", "x", "--lab", "lab3", "--out", "y"],
    ] {
        xtask(absent)
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains("not in this repository"))
            .stderr(predicate::function(|text: &str| text.trim_end().lines().count() == 1));
    }
}

fn holds_what_students_need_and_no_more(folder: &Path) {
    let files = files(folder);
    for suite in checks::suites() {
        let package = suite.lab.package();
        for subject in suite.lab.subjects() {
            let stub = format!("labs/{package}/{}", suite.lab.source_file(subject));
            assert!(files.contains(&stub), "{stub} is missing");
        }
        assert!(files.contains(&format!("labs/{package}/README.md")), "{package}");
        for listed in ["README.md", ".github/workflows/check.yml", ".gitlab-ci.yml"] {
            let text = fs::read_to_string(folder.join(listed)).unwrap();
            assert!(text.contains(&suite.lab.name()) && !text.contains("{labs}"), "{listed}: {text}");
        }
    }
    let folders = |below: &str| -> BTreeSet<&str> {
        files.iter().filter_map(|file| file.strip_prefix(below)?.split('/').next()).collect()
    };
    let engine = ["checks", "cli", "model", "observe", "report", "runner", "sandbox", "session", "wire"];
    assert_eq!(folders("crates/grader/"), BTreeSet::from(engine));
    assert_eq!(folders("crates/"), BTreeSet::from(["grader"]));
    let foreign = |file: &&String| {
        file.starts_with("tests/") || file.contains("reference") || file.starts_with(".git/")
    };
    assert_eq!(files.iter().find(foreign), None);
    let lock = fs::read_to_string(folder.join("Cargo.lock")).unwrap();
    assert!(!lock.contains("name = \"reference-echo\"") && !lock.contains("name = \"plotters\""));
}

#[test]
fn nothing_is_written_over() {
    needs!("git");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), "").unwrap();
    xtask()
        .args(["export", "student"])
        .arg(folder.path())
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("is not empty").and(predicate::str::starts_with("error: ")));
    assert_eq!(files(folder.path()), BTreeSet::from(["mine".to_owned()]));
}
