//! A class in which some submissions take everything they can get, on a machine with few resources: no other submission loses a mark by it,
//! and the run ends.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tests::submission::complete;
use tests::{class, grade_path, needs};

const HONEST: usize = 4;
/// What each of them takes, with how much at most and for how long.
const GREEDY: [(&str, &str); 3] = [
    (
        "forks",
        "import os, signal
signal.alarm(60)
for _ in range(3000):
    try:
        if os.fork() == 0:
            signal.alarm(60)
            signal.pause()
    except OSError:
        pass
while True:
    pass
",
    ),
    (
        "threads",
        "import signal, threading
signal.alarm(60)
threading.stack_size(64 << 10)
for _ in range(3000):
    try:
        threading.Thread(target=signal.pause, daemon=True).start()
    except RuntimeError:
        pass
while True:
    pass
",
    ),
    (
        "memory",
        "import signal
signal.alarm(60)
kept = [bytearray(b'x') * (8 << 20) for _ in range(512)]
while True:
    pass
",
    ),
];

fn submission(folder: &Path, server: &str) {
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("submission.toml"), format!("[programs]\n{server}")).unwrap();
    complete(folder, &runner::workspace_root().join("tests/hostile/crates"));
}

#[test]
#[ignore = "takes minutes: run with --include-ignored, as CI does"]
fn who_takes_all_that_there_is_costs_nobody_else_a_mark() {
    needs!("python3", "sh", "unshare");
    // Since Linux 6.14 a pid namespace has its own limit. Before, this would set the machine's limit.
    let system = rustix::system::uname();
    let release = system.release().to_string_lossy().into_owned();
    let version: Vec<u32> = release.split(['.', '-']).map_while(|part| part.parse().ok()).collect();
    if !rustix::process::geteuid().is_root() || version < vec![6, 14] {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (submissions, results) = (folder.path().join("submissions"), folder.path().join("results"));
    fs::create_dir(&submissions).unwrap();
    for index in 0..HONEST {
        submission(&submissions.join(format!("honest-{index}")), "");
    }
    for (name, program) in GREEDY {
        let place = submissions.join(name);
        submission(&place, "echo-server = \"python3 greedy.py {port}\"\n");
        fs::write(place.join("greedy.py"), program).unwrap();
    }
    let _alone = crate::ends_for_memory();
    let graded = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "sh", "-ec"])
        .args(["echo 1500 > /proc/sys/kernel/pid_max; exec \"$@\"", "sh"])
        .arg(grade_path())
        .arg("grade")
        .arg(&submissions)
        .args(["--lab=lab3", "--seed=3", "--jobs=4", "--out"])
        .arg(&results)
        .env("PATH", class::path())
        .output()
        .unwrap();
    assert_eq!(graded.status.code(), Some(0), "{graded:?}");
    let sheet = fs::read_to_string(results.join("grades.csv")).unwrap();
    let rows: Vec<&str> = sheet.lines().skip(1).collect();
    assert_eq!(rows.len(), HONEST + GREEDY.len(), "{sheet}");
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[2], "graded", "{row}");
        assert_eq!(cells[0].starts_with("honest"), cells[4] == "100", "{row}");
    }
    for (name, _) in GREEDY {
        let told = fs::read_to_string(results.join("submissions").join(name).join("result.json")).unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        let is_spared =
            |check: &&Value| check["failure"]["summary"].to_string().ends_with("not tried again\"");
        let of_server = |check: &&Value| check["program"] == "echo-server";
        let checks: Vec<&Value> = told["checks"].as_array().unwrap().iter().filter(of_server).collect();
        let spared = checks.iter().filter(|check| is_spared(check)).count();
        assert!(spared + 2 >= checks.len(), "{name}: {spared} of {} are not tried again", checks.len());
    }
}
