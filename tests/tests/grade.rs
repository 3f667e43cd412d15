//! Grading a class whose marks are known: as a whole, killed and gone on with, and in parts that are put together.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tests::class::{self, Member};
use tests::grade_path;

/// Each kind of submission once, and each packing.
const SUBMISSIONS: usize = 20;
const SEED: &str = "7";

/// A class that was graded at one go.
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

    /// The tool, about to grade the class.
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

#[test]
fn every_submission_gets_what_it_deserves() {
    let class = graded();
    let wrong = class::misjudged(&class.results("whole"), &class.members).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_run_that_was_killed_goes_on_to_the_same_marks() {
    let class = graded();
    let results = class.results("killed");
    fs::create_dir(&results).unwrap();
    let start = || class.grade(&results, &["--jobs=2"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut run = class::follow(&results, start, |_, rows| Ok(rows >= 5)).unwrap();
    kill_process(Pid::from_child(&run), Signal::KILL).unwrap();
    run.wait().unwrap();
    let rows = class::sheet(&results).unwrap().len();
    assert!((5..SUBMISSIONS).contains(&rows), "it was killed after {rows}");

    let refused = class.grade(&results, &[]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume"), "{refused:?}");

    let went_on = class.grade(&results, &["--resume"]).output().unwrap();
    succeeds(&went_on);
    assert_eq!(class::sheet(&results).unwrap(), class::sheet(&class.results("whole")).unwrap());

    // Nothing is left to do, so nothing that was told is told again.
    let told = results.join("submissions").join(&class.members[0].name).join("result.json");
    let when = || fs::metadata(&told).unwrap().modified().unwrap();
    let first = when();
    succeeds(&class.grade(&results, &["--resume"]).output().unwrap());
    assert_eq!(when(), first);
}

#[test]
fn parts_put_together_are_the_whole() {
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
    // The same once more, as after parts that were graded further; but never over other results.
    succeeds(&merge());
    assert_eq!(class::sheet(&merged).unwrap(), class::sheet(&class.results("whole")).unwrap());
    let key = merged.join("class.json");
    let other = fs::read_to_string(&key).unwrap().replace(&format!("\"seed\": {SEED}"), "\"seed\": 8");
    fs::write(&key, other).unwrap();
    assert_eq!(merge().status.code(), Some(2));
}
