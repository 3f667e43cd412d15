//! Forms in which honest students hand in, and mistakes that cost only what they concern: each is built and checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tests::class::{self, clauses_of};
use tests::{grade_path, needs};

const SERVER: &str = "echo-server/correct/plain.rs";
const IN_PYTHON: &str = "echo-server/correct/bytearray.py";

struct Graded {
    folder: tempfile::TempDir,
    output: Output,
    rows: BTreeMap<String, BTreeMap<String, String>>,
}

impl Graded {
    fn told(&self, name: &str, file: &str) -> String {
        let told = self.folder.path().join("results/submissions").join(name).join(file);
        fs::read_to_string(&told).unwrap_or_else(|error| panic!("{}: {error}", told.display()))
    }

    /// Asserts that these clauses and no others give points or stars.
    fn has_earned(&self, name: &str, program: &str) {
        let row = &self.rows[name];
        for clause in checks::suite("lab3").unwrap().checks.iter().map(|check| check.clause.id) {
            let earned = row[clause].parse::<u32>().is_ok_and(|points| points > 0);
            assert_eq!(earned, clauses_of(program).any(|of| of == clause), "{name} {clause}: {row:?}");
        }
    }
}

fn write(folder: &Path, name: &str, files: &[(&str, String)]) {
    for (path, text) in files {
        let file: PathBuf = folder.join("submissions").join(name).join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn graded() -> &'static Graded {
    static CLASS: OnceLock<Graded> = OnceLock::new();
    CLASS.get_or_init(|| {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let programs = runner::workspace_root().join("tests/programs/lab3");
        let source = |name: &str| fs::read_to_string(programs.join(name)).unwrap();
        let commands = |lines: &str| ("submission.toml", format!("[programs]\n{lines}\n"));
        let submissions: [(&str, &[(&str, String)]); 4] = [
            (
                "with-modules",
                &[
                    ("src/bin/echo-server/main.rs", format!("mod words;\n{}", source(SERVER))),
                    ("src/bin/echo-server/words.rs", String::new()),
                ],
            ),
            (
                "script",
                &[
                    ("server.py", format!("#!/usr/bin/env python3\n{}", source(IN_PYTHON))),
                    commands("echo-server = './server.py {port}'\necho-client = './missing {host} {port}'"),
                ],
            ),
            (
                "interpreter-missing",
                &[
                    ("server.py", source(IN_PYTHON)),
                    commands("echo-server = 'python3 server.py {port}'\necho-client = 'no-such-program x'"),
                ],
            ),
            (
                "without-its-folder",
                &[("own-server", "#!/bin/sh\n".to_owned()), commands("echo-server = 'own-server {port}'")],
            ),
        ];
        submissions.iter().for_each(|(name, files)| write(folder.path(), name, files));
        let results = folder.path().join("results");
        let mut command = Command::new(grade_path());
        command.arg("grade").arg(folder.path().join("submissions")).args(["--lab=lab3", "--seed=7", "--out"]);
        command.arg(&results).env("PATH", class::path()).stdin(Stdio::null());
        let output = command.output().unwrap();
        let rows = class::sheet(&results).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        Graded { folder, output, rows }
    })
}

#[test]
fn a_program_with_modules_takes_the_place_of_the_stubs() {
    needs!("python3");
    graded().has_earned("with-modules", "echo-server");
}

#[test]
fn a_script_is_started_and_a_wrong_command_beside_it_costs_its_own_clauses() {
    needs!("python3");
    graded().has_earned("script", "echo-server");
    let feedback = graded().told("script", "feedback.md");
    assert!(feedback.contains("echo-client cannot be started"), "{feedback}");
    assert!(!feedback.contains("compile"), "{feedback}");
}

#[test]
fn what_the_machine_lacks_for_one_program_leaves_the_others_their_marks_and_no_sum() {
    needs!("python3");
    let graded = graded();
    assert_eq!(graded.output.status.code(), Some(3), "{:?}", graded.output);
    let row = &graded.rows["interpreter-missing"];
    assert_eq!((&*row["status"], &*row["points"]), ("incomplete", ""), "{row:?}");
    assert!(clauses_of("echo-server").all(|clause| row[&clause].parse::<u32>().is_ok()), "{row:?}");
    assert!(clauses_of("echo-client").all(|clause| row[&clause].parse::<u32>().is_err()), "{row:?}");
    let result: serde_json::Value =
        serde_json::from_str(&graded.told("interpreter-missing", "result.json")).unwrap();
    assert!(result["score"]["points"].is_null() && result["score"]["stars"].is_null(), "{}", result["score"]);
}

#[test]
fn a_file_that_is_named_without_its_folder_is_refused_with_the_cure() {
    needs!("python3");
    let row = &graded().rows["without-its-folder"];
    assert_eq!(row["status"], "refused", "{row:?}");
    assert!(row["reason"].contains("`./own-server`"), "{row:?}");
}
