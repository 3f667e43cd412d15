//! The files for Slurm in `docs`, unchanged, on a real Slurm cluster that consists of this machine: a class that is graded in parts gets
//! the same marks as in one run.

use runner::collection::{REQUIRED, Specimen, all_is_required};
use runner::workspace_root;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tests::xtask;

/// The commands of an instructor, in the words of the files.
const COMMANDS: &str = "
array=$(sbatch --parsable --array=1-3 --output=\"$LOGS/%a\" docs/slurm/grade.sbatch)
sbatch --wait --dependency=afterany:\"$array\" --output=\"$LOGS/merge\" docs/slurm/merge.sbatch
";

/// Whether Slurm can be started here; says why not.
fn can_start() -> bool {
    let found = ["slurmctld", "slurmd", "munged", "sbatch", "ip"].iter().all(|program| {
        let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        folders.iter().any(|folder| Path::new(folder).join(program).exists())
    });
    let can = found && rustix::process::geteuid().is_root();
    let is_required = all_is_required() && rustix::process::geteuid().is_root();
    assert!(can || !is_required, "{REQUIRED} is set, and there is no Slurm to be had");
    if !can {
        eprintln!("skipped: needs root, and the packages slurm-wlm, munge and iproute2");
    }
    can
}

/// Six submissions: two programs in Python, one of them wrong; the same content handed in twice; one that does not compile; one that is
/// refused; one that is empty.
fn class(folder: &Path) {
    let collection = workspace_root().join("tests/programs/lab3");
    let settings = |program: &str| format!("[programs]\n{program} = \"python3 program.py {{port}}\"\n");
    let programs = [
        ("ada", "bounded-listener/correct/readline.py", "bounded-listener"),
        ("bob", "bounded-listener/wrong/accepts-one.patch", "bounded-listener"),
        ("cem", "bounded-listener/correct/readline.py", "bounded-listener"),
    ];
    for (name, source, program) in programs {
        fs::create_dir_all(folder.join(name)).unwrap();
        let text = Specimen::read(&collection.join(source)).unwrap().text().unwrap();
        fs::write(folder.join(name).join("program.py"), text).unwrap();
        fs::write(folder.join(name).join("submission.toml"), settings(program)).unwrap();
    }
    for name in ["dan", "eve", "fay"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    fs::write(folder.join("dan/echo-server.rs"), "fn main() { let x: u32 = \"no number\"; }\n").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder.join("eve/echo-server.rs")).unwrap();
}

fn on_a_cluster(folder: &Path) -> Output {
    fs::create_dir_all(folder.join("logs")).unwrap();
    // A last resort: the cluster and everything that runs on it ends with the script.
    Command::new("timeout")
        .args(["--signal=KILL", "900"])
        .arg(workspace_root().join("tests/slurm/cluster"))
        .arg(folder.join("slurm"))
        .args(["bash", "-euc", COMMANDS])
        .current_dir(workspace_root())
        .env("LAB", "lab3")
        .env("SUBMISSIONS", folder.join("class"))
        .env("RESULTS", folder.join("results"))
        .env("SEED", "7")
        .env("LOGS", folder.join("logs"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
#[ignore = "takes minutes: run with --include-ignored, as CI does"]
fn a_job_array_gives_the_marks_of_one_run() {
    if !can_start() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    class(&folder.join("class"));
    let whole = folder.join("whole");
    xtask()
        .args(["grade", "--lab=lab3", "--seed=7", "--out"])
        .args([&whole, &folder.join("class")])
        .assert()
        .code(0);

    let output = on_a_cluster(folder);
    let logs = fs::read_dir(folder.join("logs")).unwrap().map(|log| log.unwrap().path());
    let logs: Vec<String> = logs.map(|log| fs::read_to_string(log).unwrap()).collect();
    assert!(output.status.success(), "{output:?}\n{}", logs.join("\n"));
    let marks = |folder: &Path| fs::read_to_string(folder.join("grades.csv")).unwrap();
    assert_eq!(marks(&folder.join("results/class")), marks(&whole));
    assert_eq!(marks(&whole).lines().count(), 7, "six submissions and the head:\n{}", marks(&whole));
    for (name, file) in [("ada", "result.json"), ("dan", "feedback.md"), ("eve", "gradescope.json")] {
        assert!(folder.join("results/class/submissions").join(name).join(file).exists(), "{name}/{file}");
    }
}
