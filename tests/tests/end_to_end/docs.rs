//! The files for CI services in `docs`: their commands grade a class. Only the work of the services themselves is left out.

use predicates::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use tests::{needs, xtask};

/// What the service makes of its file: commands, and their variables.
struct Service {
    grade: String,
    merge: String,
    parts: usize,
    /// By the number of the part.
    variables: fn(usize, usize) -> [(&'static str, String); 3],
}

fn read(path: &str) -> Value {
    let text = fs::read_to_string(runner::workspace_root().join("docs").join(path)).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn github() -> Service {
    let file = read("github-actions/grade.yml");
    let command = |job: &str, name: &str| {
        let steps = file["jobs"][job]["steps"].as_array().unwrap();
        steps.iter().find(|step| step["name"] == name).unwrap()["run"].as_str().unwrap().to_owned()
    };
    let job = &file["jobs"]["grade"];
    assert_eq!(job["env"]["PART"], "${{ matrix.part }}");
    assert_eq!(job["env"]["PARTS"], "${{ strategy.job-total }}");
    assert_eq!(file["env"]["SEED"], "${{ github.run_id }}");
    let uploads = |step: &&Value| step["uses"].as_str().is_some_and(|uses| uses.contains("upload-artifact"));
    let upload = job["steps"].as_array().unwrap().iter().find(uploads).unwrap();
    assert_eq!(upload["if"], "${{ always() }}", "a part that was out of time keeps its marks");
    let parts = job["strategy"]["matrix"]["part"].as_array().unwrap();
    assert!(parts.iter().enumerate().all(|(index, part)| *part == index + 1), "{parts:?}");
    Service {
        grade: command("grade", "Grade"),
        merge: command("merge", "Merge"),
        parts: parts.len(),
        variables: |part, parts| {
            [("PART", part.to_string()), ("PARTS", parts.to_string()), ("SEED", "7".to_owned())]
        },
    }
}

fn gitlab() -> Service {
    let file = read("gitlab/.gitlab-ci.yml");
    let command = |job: &str| file[job]["script"][0].as_str().unwrap().to_owned();
    Service {
        grade: command("grade"),
        merge: command("merge"),
        parts: usize::try_from(file["grade"]["parallel"].as_u64().unwrap()).unwrap(),
        variables: |part, parts| {
            [
                ("CI_NODE_INDEX", part.to_string()),
                ("CI_NODE_TOTAL", parts.to_string()),
                ("CI_PIPELINE_ID", "7".to_owned()),
            ]
        },
    }
}

/// Runs a command of a file in a folder. `cargo` is a command that only knows `xtask`, which need not be built then.
fn run(command: &str, folder: &Path, variables: &[(&str, String)]) {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let ended = Command::new("bash")
        .args(["-euc", command])
        .current_dir(folder)
        .env("PATH", path)
        .envs([("LAB", "lab0"), ("SUBMISSIONS", "submissions")])
        .envs(variables.iter().cloned())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{command}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// Grades a class that has handed in nothing, as the service would. Returns how many submissions have a mark in the end.
fn marks_by(service: &Service) -> usize {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let cargo = format!("#!/bin/sh\nshift\nexec '{}' \"$@\"\n", tests::grade_path().display());
    fs::write(folder.join("cargo"), cargo).unwrap();
    fs::set_permissions(folder.join("cargo"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for name in ["ada", "bob", "cem"] {
        fs::create_dir_all(folder.join("submissions").join(name)).unwrap();
    }
    for part in 1..=service.parts {
        run(&service.grade, folder, &(service.variables)(part, service.parts));
    }
    run(&service.merge, folder, &[]);
    fs::read_to_string(folder.join("results/class/grades.csv")).unwrap().lines().count() - 1
}

#[test]
fn the_commands_for_github_actions_grade_a_class() {
    needs!("bash");
    assert_eq!(marks_by(&github()), 3);
}

#[test]
fn the_commands_for_gitlab_grade_a_class() {
    needs!("bash");
    assert_eq!(marks_by(&gitlab()), 3);
}

#[test]
fn a_class_with_a_part_missing_or_not_finished_is_not_put_together() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("submissions/ada")).unwrap();
    let out = |part: &str| folder.join(format!("part-{part}"));
    for part in ["1", "2"] {
        xtask()
            .args(["grade", "--lab=lab0", "--seed=7", &format!("--shard={part}/2"), "--out"])
            .args([out(part), folder.join("submissions")])
            .assert()
            .code(0);
    }
    let merge = |parts: &[&str]| {
        xtask()
            .args(["merge", "--out"])
            .arg(folder.join("class"))
            .args(parts.iter().map(|part| out(part)))
            .assert()
    };
    merge(&["2"]).code(2).stderr(predicate::str::contains("part 1/2 is missing"));
    // As a killed run leaves it.
    let key = out("2").join("class.json");
    let text = fs::read_to_string(&key).unwrap();
    fs::write(&key, text.replace("\"finished\": true", "\"finished\": false")).unwrap();
    merge(&["1", "2"]).code(2).stderr(predicate::str::contains("part-2 was not graded to its end"));
    assert!(!folder.join("class").exists());
    fs::write(&key, text).unwrap();
    merge(&["1", "2"]).code(0);
}

#[test]
fn where_namespaces_are_refused_nothing_is_graded_and_the_cure_is_told() {
    needs!("unshare", "sh");
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("submissions/ada")).unwrap();
    // In a user namespace in which no further one is allowed.
    let refusing = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\"";
    assert_cmd::Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-euc", refusing, "sh"])
        .arg(tests::grade_path())
        .args(["grade", "--lab=lab0", "--out"])
        .args([folder.join("results"), folder.join("submissions")])
        .assert()
        .code(3)
        .stderr(
            predicate::str::is_match("nothing was graded: namespaces are refused here \\(.+: .+\\)").unwrap(),
        )
        .stderr(predicate::str::contains("run `sudo sysctl -w user.max_user_namespaces=10000`"));
    assert!(!folder.join("results").exists(), "no mark is written");
}
