//! Faults of the grader, and the instructor's decision about them (`--fault-is`): in every document, at once or afterwards, permanently or
//! until something else is handed in.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tests::{class, grade_path, needs};

/// An interpreter that no machine has.
const MISSING: &str = "no-such-interpreter-here";
/// The text for a fault that counts as zero.
const DECIDED: &str = "the instructor has decided that this counts as zero";

/// A class of lab 3. All programs of `alice` but one, and all of `bob`, need an interpreter that the machine lacks. `carol` has handed in
/// nothing, which is her own fault.
struct Class(TempDir);

impl Class {
    fn new() -> Class {
        let class = Class(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        class.hand_in("alice", "python3 server.py {port}");
        class.hand_in("bob", &format!("{MISSING} server.py"));
        fs::create_dir_all(class.path("submissions/carol")).unwrap();
        class
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Hands in all programs; only the server may be one that can run.
    fn hand_in(&self, name: &str, server: &str) {
        let folder = self.path("submissions").join(name);
        fs::create_dir_all(&folder).unwrap();
        let right = "tests/programs/lab3/echo-server/correct/bytearray.py";
        fs::copy(runner::workspace_root().join(right), folder.join("server.py")).unwrap();
        let programs = checks::suite("lab3").unwrap().lab.programs;
        let others = programs.iter().filter(|program| program.name != "echo-server");
        let others: String =
            others.map(|program| format!("{} = \"{MISSING} other.py\"\n", program.name)).collect();
        let settings = format!("[programs]\necho-server = \"{server}\"\n{others}");
        fs::write(folder.join("submission.toml"), settings).unwrap();
    }

    fn grade(&self, results: &str, more: &[&str]) -> Output {
        let mut command = Command::new(grade_path());
        command.arg("grade").arg(self.path("submissions")).args(["--lab=lab3", "--seed=7", "--out"]);
        command.arg(self.path(results)).args(more).env("PATH", class::path()).stdin(Stdio::null());
        command.output().unwrap()
    }

    fn row(&self, results: &str, name: &str) -> BTreeMap<String, String> {
        class::sheet(&self.path(results)).unwrap()[name].clone()
    }

    fn told(&self, results: &str, file: &str) -> String {
        let path = self.path(results).join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn json(&self, results: &str, file: &str) -> Value {
        serde_json::from_str(&self.told(results, file)).unwrap()
    }
}

#[track_caller]
fn ends_with(status: i32, output: &Output) -> String {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How many files there are in a folder.
fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[track_caller]
fn assert_zero_for_faults(class: &Class, results: &str) {
    let (alice, bob) = (class.row(results, "alice"), class.row(results, "bob"));
    assert_eq!((&*bob["status"], &*bob["points"], &*bob["stars"]), ("fault as zero", "0", "0"));
    assert!(bob["reason"].contains(MISSING), "{bob:?}");
    assert_eq!(alice["status"], "graded with faults as zero");
    // The points for her server, and none for the other programs, on which the grader failed.
    let lab3 = checks::suite("lab3").unwrap();
    let of_the_server = lab3.checks.iter().filter(|check| check.clause.program == "echo-server");
    let points: u32 = of_the_server.map(|check| check.clause.points).sum();
    assert_eq!(alice["points"], points.to_string());
    assert_eq!(alice.values().filter(|cell| *cell == "fault").count(), {
        lab3.checks.iter().filter(|check| check.clause.program != "echo-server").count()
    });
    for name in ["alice", "bob"] {
        let file = |file: &str| format!("submissions/{name}/{file}");
        let feedback = class.told(results, &file("feedback.md"));
        assert!(feedback.contains(DECIDED) && feedback.contains(MISSING), "{feedback}");
        assert!(!feedback.contains("No mark yet"), "{feedback}");
        let result = class.json(results, &file("result.json"));
        assert_eq!(result["fault_is"], "zero");
        let checks = result["checks"].as_array().unwrap();
        let faults: Vec<&Value> = checks.iter().filter(|check| check["status"] == "error").collect();
        assert!(!faults.is_empty());
        for fault in faults {
            assert_eq!((&fault["fault_is"], &fault["points"]), (&"zero".into(), &0.into()), "{fault}");
            assert!(fault["failure"]["summary"].as_str().unwrap().contains(MISSING), "{fault}");
        }
        let mark = class.row(results, name)["points"].parse::<u64>().unwrap();
        assert_eq!(result["score"]["points"], mark);
        let gradescope = class.json(results, &file("gradescope.json"));
        assert_eq!(gradescope["score"], mark);
        assert!(gradescope["output"].as_str().unwrap().contains(DECIDED));
    }
    for file in ["summary.md", "summary.txt"] {
        assert!(class.told(results, file).contains("as the instructor has decided"), "{file}");
    }
    let junit = class.told(results, "junit.xml");
    assert!(junit.contains(DECIDED) && junit.contains("<error"), "{junit}");
}

#[test]
fn what_a_fault_counts_as_can_be_decided_afterwards_without_checking_again() {
    needs!("python3");
    let class = Class::new();
    ends_with(3, &class.grade("results", &[]));
    assert_eq!(class.row("results", "alice")["status"], "incomplete");
    assert_eq!(class.row("results", "bob")["status"], "fault");
    let found = class.path("results/submissions/alice/.found.json");
    let when = || fs::metadata(&found).unwrap().modified().unwrap();
    let first = when();

    let words: Vec<&str> =
        ["alice", "bob", "carol"].iter().flat_map(|name| ["--fault-is", "zero", name]).collect();
    let resumed = class.grade("results", &[&["--resume"], &words[..]].concat());
    let told = ends_with(0, &resumed);
    assert_eq!(when(), first, "alice's programs were checked again");
    assert_eq!(told.matches("--fault-is changes nothing for").count(), 1, "{told}");
    assert!(told.contains("--fault-is changes nothing for carol"), "{told}");
    assert_zero_for_faults(&class, "results");

    // Without the option the decision stays, and submissions without a fault are not mentioned any more.
    let told = ends_with(0, &class.grade("results", &["--resume"]));
    assert!(!told.contains("--fault-is"), "{told}");
    assert_eq!(when(), first);
    assert_zero_for_faults(&class, "results");

    // The decision was about what was handed in at that time.
    class.hand_in("bob", &format!("{MISSING} other-server.py"));
    let told = ends_with(3, &class.grade("results", &["--resume"]));
    assert!(told.contains("bob has handed in something else"), "{told}");
    let bob = class.row("results", "bob");
    assert_eq!((&*bob["status"], &*bob["points"]), ("fault", ""));
    assert!(!class.path("results/submissions/bob/result.json").exists(), "nothing looks like a mark");
    assert_eq!(class.row("results", "alice")["status"], "graded with faults as zero");

    // If the decision is withdrawn, there is a fault again.
    let key = class.path("results/class.json");
    let mut decided: Value = serde_json::from_str(&fs::read_to_string(&key).unwrap()).unwrap();
    decided["fault_is_zero"].as_object_mut().unwrap().remove("alice").unwrap();
    fs::write(&key, decided.to_string()).unwrap();
    ends_with(3, &class.grade("results", &["--resume"]));
    assert_eq!(class.row("results", "alice")["status"], "incomplete");
    assert!(class.told("results", "submissions/alice/feedback.md").contains("No mark yet"));
}

#[test]
fn what_a_fault_counts_as_can_be_decided_at_once_and_in_parts() {
    needs!("python3");
    let class = Class::new();
    let decided = ["--fault-is", "zero", "alice", "--fault-is", "zero", "bob"];
    ends_with(0, &class.grade("whole", &[&decided[..], &["--classroom=networks"]].concat()));
    assert_zero_for_faults(&class, "whole");
    for name in ["alice", "bob"] {
        let result = class.json("whole", &format!("submissions/{name}/classroom50.json"));
        assert_eq!(result["score"].as_u64().unwrap().to_string(), class.row("whole", name)["points"]);
        assert!(result["tests"].to_string().contains(DECIDED), "{result}");
    }

    let parts = ["part-1", "part-2"].map(|part| {
        let shard = format!("--shard={}/2", &part[5..]);
        ends_with(0, &class.grade(part, &[&decided[..], &[&shard]].concat()));
        class.path(part)
    });
    let merge = Command::new(grade_path())
        .arg("merge")
        .args(parts)
        .arg("--out")
        .arg(class.path("merged"))
        .output()
        .unwrap();
    ends_with(0, &merge);
    assert_zero_for_faults(&class, "merged");
    assert_eq!(class.told("merged", "grades.csv"), class.told("whole", "grades.csv"));

    // If the kept findings are removed, that submission is checked again. The decision still holds.
    let found = class.path("whole/submissions/alice/.found.json");
    fs::remove_file(&found).unwrap();
    let bobs = files(&class.path("whole/submissions/bob"));
    ends_with(0, &class.grade("whole", &["--resume"]));
    assert!(found.exists());
    assert_eq!(files(&class.path("whole/submissions/bob")) + 1, bobs, "without --classroom");
    assert_zero_for_faults(&class, "whole");

    // It also holds for a run that was killed before the first mark.
    fs::remove_file(class.path("whole/grades.csv")).unwrap();
    ends_with(0, &class.grade("whole", &["--resume"]));
    assert_zero_for_faults(&class, "whole");
}

#[test]
fn a_decision_about_nobody_or_of_another_kind_is_wrong_use() {
    needs!("python3");
    let class = Class::new();
    for (words, told) in [
        (&["--fault-is", "zero", "bop"][..], "there is no submission `bop`; did you mean `bob`?"),
        (&["--fault-is", "passed", "bob"], "cannot count as `passed`; there is --fault-is zero bob"),
        (&["--fault-is", "zero"], "2 values required"),
    ] {
        let said = ends_with(2, &class.grade("results", words));
        assert!(said.contains(told), "{said}");
        assert!(!class.path("results").exists());
    }
}
