//! Grading a class with known marks: as a whole, killed and continued, and in parts that are merged; and what is kept and reported when the
//! class or the order changes.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tests::class::{self, Member};
use tests::{grade_path, needs, xtask_path};

/// Each kind of submission once, and each packing.
const SUBMISSIONS: usize = 20;
const SEED: &str = "7";

/// A class that was graded in one run.
struct Class {
    folder: tempfile::TempDir,
    members: Vec<Member>,
}

impl Class {
    fn submissions(&self) -> PathBuf {
        self.folder.path().join("submissions")
    }

    fn results(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command that grades the class.
    fn grade(&self, results: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(grade_path());
        command.arg("grade").arg(self.submissions()).args(["--lab=lab3", "--seed", SEED, "--out"]);
        command.arg(results).args(more).env("PATH", class::path()).stdin(Stdio::null());
        command
    }
}

fn graded() -> &'static Class {
    static CLASS: OnceLock<Class> = OnceLock::new();
    CLASS.get_or_init(|| {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::create_dir(folder.path().join("submissions")).unwrap();
        let members = class::write(&folder.path().join("submissions"), SUBMISSIONS, 11).unwrap();
        let class = Class { folder, members };
        succeeds(&class.grade(&class.results("whole"), &[]).output().unwrap());
        class
    })
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// Asserts that all results have these modes. The built files are in a folder that has one of them too, although other users run them.
#[track_caller]
fn assert_private(results: &Path, folder: u32, file: u32) {
    for entry in fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path()) {
        let expected = if entry.is_dir() { folder } else { file };
        assert_eq!(mode(&entry), expected, "{}", entry.display());
        if entry.is_dir() && !entry.ends_with(".work") {
            assert_private(&entry, folder, file);
        }
    }
}

#[test]
fn results_are_for_nobody_else_to_read() {
    needs!("python3", "sh");
    let results = graded().results("whole");
    assert_eq!(mode(&results), 0o700);
    assert_private(&results, 0o700, 0o600);
}

/// Another user than root runs the programs, below folders that this user cannot enter, whatever the umask is.
#[test]
fn whom_results_are_private_to_says_nothing_about_who_runs_programs() {
    needs!("python3", "sh");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("submissions/python")).unwrap();
    class::write(&path("submissions"), 1, 11).unwrap();
    // The result of a build is in a new folder.
    let right = "tests/programs/lab3/echo-server/correct/bytearray.py";
    fs::copy(runner::workspace_root().join(right), path("submissions/python/server.py")).unwrap();
    let settings = "build = \"sh build.sh\"\n[programs]\necho-server = \"./made/of/server.py {port}\"\n";
    fs::write(path("submissions/python/submission.toml"), settings).unwrap();
    let build = "mkdir -p made/of; (echo '#!/usr/bin/env python3'; cat server.py) >made/of/server.py; \
                 chmod 700 made/of/server.py";
    fs::write(path("submissions/python/build.sh"), build).unwrap();
    for (umask, option, modes) in
        [("077", "--color=never", (0o700, 0o600)), ("0", "--readable-by-group", (0o750, 0o640))]
    {
        let results = path(&format!("around/results-{umask}"));
        let mut command = Command::new("sh");
        command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(grade_path()).arg("grade");
        command.arg(path("submissions")).args(["--lab=lab3", "--seed=7", option, "--out"]).arg(&results);
        succeeds(&command.env("PATH", class::path()).stdin(Stdio::null()).output().unwrap());
        assert_eq!(mode(&results), modes.0);
        assert_private(&results, modes.0, modes.1);
        let sheet = class::sheet(&results).unwrap();
        let lab3 = checks::suite("lab3").unwrap();
        let of_the_server = lab3.checks.iter().filter(|check| check.clause.program == "echo-server");
        let points: u32 = of_the_server.map(|check| check.clause.points).sum();
        let marks = ["student-000", "python"].map(|name| sheet[name]["points"].clone());
        assert_eq!(marks, ["100".to_owned(), points.to_string()], "{sheet:?}");
    }
}

#[test]
fn every_submission_gets_what_it_deserves() {
    needs!("python3", "sh");
    let class = graded();
    let wrong = class::misjudged(&class.results("whole"), &class.members).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_run_that_was_killed_goes_on_to_the_same_marks() {
    needs!("python3", "sh");
    let class = graded();
    let results = class.results("killed");
    fs::create_dir(&results).unwrap();
    fs::set_permissions(&results, Permissions::from_mode(0o755)).unwrap();
    let start = || class.grade(&results, &["--jobs=2"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut run = class::follow(&results, start, |_, rows| Ok(rows >= 5)).unwrap();
    kill_process(Pid::from_child(&run), Signal::KILL).unwrap();
    run.wait().unwrap();
    assert_eq!(mode(&results), 0o755, "the folder was there");
    // The files of the interrupted build are there.
    assert_private(&results, 0o700, 0o600);
    let rows = class::sheet(&results).unwrap().len();
    assert!((5..SUBMISSIONS).contains(&rows), "it was killed after {rows}");

    let refused = class.grade(&results, &[]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume"), "{refused:?}");

    let went_on = class.grade(&results, &["--resume"]).output().unwrap();
    succeeds(&went_on);
    assert_eq!(class::sheet(&results).unwrap(), class::sheet(&class.results("whole")).unwrap());

    // Nothing is left to do, so no result is written again.
    let told = results.join("submissions").join(&class.members[0].name).join("result.json");
    let when = || fs::metadata(&told).unwrap().modified().unwrap();
    let first = when();
    succeeds(&class.grade(&results, &["--resume"]).output().unwrap());
    assert_eq!(when(), first);
}

#[test]
fn parts_put_together_are_the_whole() {
    needs!("python3", "sh");
    let class = graded();
    let parts: Vec<PathBuf> = ["1/3", "2/3", "3/3"]
        .iter()
        .map(|part| {
            let results = class.results(&format!("part-{}", &part[..1]));
            succeeds(&class.grade(&results, &["--shard", part]).output().unwrap());
            results
        })
        .collect();
    let merged = class.results("merged");
    let merge =
        || Command::new(grade_path()).arg("merge").args(&parts).arg("--out").arg(&merged).output().unwrap();
    succeeds(&merge());
    assert_eq!(class::sheet(&merged).unwrap(), class::sheet(&class.results("whole")).unwrap());
    let told = |results: &Path| {
        let folders = fs::read_dir(results.join("submissions")).unwrap();
        let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
        files
            .map(|file| file.unwrap().path().strip_prefix(results).unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(told(&merged), told(&class.results("whole")));
    assert_eq!(mode(&merged), 0o700);
    assert_private(&merged, 0o700, 0o600);
    // The same once more, as after parts that were graded further; but other results are never overwritten.
    succeeds(&merge());
    assert_eq!(class::sheet(&merged).unwrap(), class::sheet(&class.results("whole")).unwrap());
    // A part is not overwritten either: nothing of its results would be left.
    let over_a_part =
        Command::new(grade_path()).arg("merge").args(&parts).arg("--out").arg(&parts[1]).output().unwrap();
    assert_eq!(over_a_part.status.code(), Some(2), "{over_a_part:?}");
    assert!(!told(&parts[1]).is_empty());
    let key = merged.join("class.json");
    let other = fs::read_to_string(&key).unwrap().replace(&format!("\"seed\": {SEED}"), "\"seed\": 8");
    fs::write(&key, other).unwrap();
    assert_eq!(merge().status.code(), Some(2));
}

/// A class of lab 0, for which nothing is compiled.
struct Predictions(tempfile::TempDir);

impl Predictions {
    fn new(names: &[&str]) -> Predictions {
        let class = Predictions(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        names.iter().for_each(|name| class.hand_in(name));
        class
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Hands in correct answers to all questions, with the name in a comment.
    fn hand_in(&self, name: &str) {
        let answers = runner::workspace_root().join("crates/programs/concepts/answers.toml");
        let answers = fs::read_to_string(answers).unwrap();
        fs::create_dir_all(self.path("submissions").join(name)).unwrap();
        fs::write(self.path("submissions").join(name).join("answers.toml"), format!("# {name}\n{answers}"))
            .unwrap();
    }

    fn grade(&self, results: &str, more: &[&str]) -> Output {
        let mut command = Command::new(grade_path());
        command.arg("grade").arg(self.path("submissions")).args(["--lab=lab0", "--seed=7", "--out"]);
        command.arg(self.path(results)).args(more).stdin(Stdio::null()).output().unwrap()
    }

    /// The document for Classroom 50 about a submission.
    fn classroom50(&self, name: &str) -> serde_json::Value {
        let file = self.path("results/submissions").join(name).join("classroom50.json");
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }
}

#[test]
fn classroom50_is_told_of_marks_that_were_given_before() {
    needs!("python3", "sh");
    let class = Predictions::new(&["alice", "bob"]);
    fs::write(class.path("submissions/bob/answers.toml"), "").unwrap();
    succeeds(&class.grade("results", &["--classroom=before"]));
    let told = ["alice", "bob"].map(|name| class.classroom50(name));
    assert_ne!(told[0]["score"], told[1]["score"]);

    class.hand_in("carol");
    succeeds(&class.grade("results", &["--resume", "--classroom=networks"]));
    for (name, before) in ["alice", "bob"].iter().zip(told) {
        let now = class.classroom50(name);
        assert_eq!(now["classroom"], "networks");
        for what in ["owner", "score", "max-score", "tests"] {
            assert_eq!(now[what], before[what], "{name}");
        }
    }
    assert_eq!(class.classroom50("carol")["score"], class.classroom50("alice")["score"]);
}

#[test]
fn of_a_submission_that_was_withdrawn_nothing_is_left() {
    needs!("python3", "sh");
    let class = Predictions::new(&["alice", "bob"]);
    succeeds(&class.grade("results", &[]));
    let alices = fs::read(class.path("results/submissions/alice/result.json")).unwrap();
    fs::remove_dir_all(class.path("submissions/bob")).unwrap();
    let went_on = class.grade("results", &["--resume"]);
    succeeds(&went_on);
    assert!(String::from_utf8_lossy(&went_on.stderr).contains("removed: the results of bob,"), "{went_on:?}");
    assert!(!class.path("results/submissions/bob").exists());
    assert_eq!(fs::read(class.path("results/submissions/alice/result.json")).unwrap(), alices);
    assert_eq!(class::sheet(&class.path("results")).unwrap().into_keys().collect::<Vec<_>>(), ["alice"]);
}

#[test]
fn a_mark_is_kept_under_the_name_that_was_handed_in_last() {
    needs!("python3", "sh");
    let class = Predictions::new(&["alice"]);
    succeeds(&class.grade("results", &[]));
    fs::rename(class.path("submissions/alice"), class.path("submissions/alice!")).unwrap();
    succeeds(&class.grade("results", &["--resume"]));
    assert_eq!(class::sheet(&class.path("results")).unwrap()["alice"]["handed in as"], "alice!");
}

#[test]
fn results_that_cannot_be_written_or_gone_on_with_are_the_users_to_mend() {
    needs!("python3", "sh");
    let class = Predictions::new(&["alice"]);
    let refused = |results: &str, more: &[&str], cure: &str| {
        let refused = class.grade(results, more);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(told.contains(results) && told.contains(cure), "{told}");
    };
    refused("/proc/results", &[], "choose another folder");
    refused("submissions/alice/answers.toml", &[], "choose another folder");
    succeeds(&class.grade("results", &[]));
    refused("results", &["--resume", "--shard=1/2"], "choose another folder");
    fs::write(class.path("results/grades.csv"), "name,points\nalice,100\n").unwrap();
    refused("results", &["--resume"], "remove it and grade these submissions again");
    fs::remove_file(class.path("results/grades.csv")).unwrap();
    let merge = Command::new(grade_path())
        .arg("merge")
        .arg(class.path("results"))
        .arg("--out")
        .arg(class.path("all"))
        .output()
        .unwrap();
    assert_eq!(merge.status.code(), Some(2), "nobody gets lost: {merge:?}");
    succeeds(&class.grade("results", &["--resume"]));
}

#[test]
fn who_ends_the_command_ends_the_tool_that_grades() {
    needs!("python3", "sh");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let list = folder.path().join("class.csv");
    std::os::unix::fs::symlink("/dev/stdin", &list).unwrap();
    let mut command = Command::new(xtask_path());
    command.current_dir(runner::workspace_root()).arg("grade").arg(&list).args(["--lab=lab0", "--out"]);
    command.arg(folder.path().join("results")).stdin(Stdio::piped()).stderr(Stdio::null());
    let mut run = command.spawn().unwrap();
    // More than a pipe takes: once it is written, the list is being read, and the reader waits for its end.
    let mut words = run.stdin.take().unwrap();
    words.write_all(&[b'a'; 1 << 20]).unwrap();
    let executable = fs::read_link(format!("/proc/{}/exe", run.id())).unwrap();
    drop(words);
    run.wait().unwrap();
    assert_eq!(executable, grade_path());
}

#[test]
fn results_are_not_written_over_what_the_class_has_handed_in() {
    needs!("python3", "sh");
    let class = Predictions::new(&["alice"]);
    let refused = class.grade(".", &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(class.path("submissions/alice/answers.toml").exists());
}

#[test]
fn what_lies_beside_submissions_is_told() {
    needs!("python3", "sh");
    let class = Predictions::new(&["alice"]);
    fs::write(class.path("submissions/\x1bnotes.txt"), "").unwrap();
    fs::write(class.path("submissions/bob.rar"), "").unwrap();
    let graded = class.grade("results", &[]);
    succeeds(&graded);
    let told = String::from_utf8_lossy(&graded.stderr);
    assert!(told.contains("notes.txt: ") && !told.contains('\x1b'), "{told}");
    let sheet = class::sheet(&class.path("results")).unwrap();
    assert!(sheet["bob"]["reason"].contains(".tar.gz"), "{sheet:?}");
}

#[test]
fn who_has_used_up_the_time_of_all_checks_misses_the_rest() {
    needs!("python3", "sh");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let place = folder.path().join("submissions/python");
    fs::create_dir_all(&place).unwrap();
    let right = "tests/programs/lab3/echo-server/correct/bytearray.py";
    fs::copy(runner::workspace_root().join(right), place.join("server.py")).unwrap();
    fs::write(place.join("submission.toml"), "[programs]\necho-server = \"python3 server.py {port}\"\n")
        .unwrap();
    let results = folder.path().join("results");
    let mut command = Command::new(grade_path());
    command.arg("grade").arg(folder.path().join("submissions")).args(["--lab=lab3", "--seed=7", "--time=0"]);
    command.arg("--out").arg(&results).env("PATH", class::path()).stdin(Stdio::null());
    succeeds(&command.output().unwrap());
    let told = fs::read(results.join("submissions/python/result.json")).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let of_server =
        told["checks"].as_array().unwrap().iter().filter(|check| check["program"] == "echo-server");
    let summaries: Vec<String> = of_server.map(|check| check["failure"]["summary"].to_string()).collect();
    // The first clause is tried; an interpreter takes some time to start.
    let missed = summaries.iter().skip(1).filter(|summary| summary.starts_with("\"not tried: "));
    assert_eq!((&*summaries[0], missed.count()), ("null", summaries.len() - 1), "{summaries:?}");
}
