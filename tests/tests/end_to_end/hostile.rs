//! The hostile collection: each program in `tests/hostile` tries what its first line says, and its check must have the result that its
//! second line says. Success of an attack is looked for from outside: listeners of this test that were reached, files that were written,
//! processes that still run, secret words that were read. Beside each attack runs a check of an honest program, which must pass.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::bait::{Bait, SECRET};
use tests::{needs, xtask_path};

/// The folder for the baits.
const TEMPORARY: &str = env!("CARGO_TARGET_TMPDIR");

/// One program of the collection, with its first lines.
struct Attack {
    name: String,
    deserves: String,
    /// The expected result without control groups.
    deserves_without_groups: String,
    limits: Vec<String>,
    clause: String,
}

impl Attack {
    fn read(path: &Path) -> Attack {
        let text = fs::read_to_string(path).unwrap();
        let line = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(&format!("# {name}: ")));
            found.map(str::to_owned)
        };
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(line("tries").is_some(), "{name} says what it tries");
        let deserves = line("deserves").unwrap_or_else(|| panic!("{name} says what it deserves"));
        Attack {
            deserves_without_groups: line("without groups").unwrap_or_else(|| deserves.clone()),
            deserves,
            limits: line("limits").iter().flat_map(|line| line.split(' ')).map(str::to_owned).collect(),
            clause: line("only").unwrap_or_else(|| "L3.2".to_owned()),
            name,
        }
    }

    /// What is wrong with the verdict, if anything. `by_kernel` says whether the kernel or the grader enforced the limits.
    fn misjudged(&self, check: &Value, by_kernel: bool) -> Option<String> {
        let failure = &check["failure"];
        let deserves = if by_kernel { &self.deserves } else { &self.deserves_without_groups };
        let right = match deserves.split_once(' ') {
            _ if deserves.starts_with("stopped: ") => failure["summary"] == deserves.as_str(),
            Some(("failed", kind)) => check["status"] == "failed" && failure["kind"] == kind,
            _ => check["status"] == deserves.as_str(),
        };
        (!right).then(|| format!("it deserves `{deserves}`, and got {check:#}"))
    }
}

/// The user that runs the grader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Own,
    Ordinary,
    /// Root, on a machine on which no control group can be made.
    OwnWithoutGroups,
}

impl User {
    /// Whether the kernel enforces the limits of what this user grades.
    fn has_groups(self) -> bool {
        self == User::Own && sandbox::groups_can_be_made()
    }
}

/// A folder from which every user can run the grader on the collection.
struct Stage {
    folder: tempfile::TempDir,
    honest: PathBuf,
}

impl Stage {
    fn set() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("hostile");
        fs::create_dir(&programs).unwrap();
        let files = fs::read_dir(runner::workspace_root().join("tests/hostile")).unwrap().flatten();
        // The crates have their own test.
        for file in files.filter(|file| file.file_type().unwrap().is_file()) {
            fs::copy(file.path(), programs.join(file.file_name())).unwrap();
        }
        fs::copy(xtask_path(), folder.path().join("xtask")).unwrap();
        let root = runner::workspace_root();
        let built = sandbox::cargo::build(&root, "reference-echo", sandbox::cargo::Profile::Dev).unwrap();
        let honest = folder.path().join("honest");
        fs::copy(&built["reference-echo-client"], &honest).unwrap();
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Stage { folder, honest }
    }

    fn attacks(&self) -> Vec<Attack> {
        let files = fs::read_dir(self.folder.path().join("hostile")).unwrap().flatten();
        let mut files: Vec<PathBuf> = files.map(|file| file.path()).collect();
        files.retain(|file| !file.ends_with("support.py"));
        files.sort();
        files.iter().map(|file| Attack::read(file)).collect()
    }

    /// Runs the grader on one attack, beside an honest client.
    fn check(&self, attack: &Attack, bait: &Bait, user: User, format: &str) -> Output {
        let mut command = match user {
            User::Own => Command::new(self.folder.path().join("xtask")),
            User::Ordinary => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
                command.arg(self.folder.path().join("xtask"));
                command
            }
            User::OwnWithoutGroups => {
                let mut command = Command::new("unshare");
                let hide = "mount -t tmpfs none /sys/fs/cgroup && exec \"$@\"";
                command.args(["--mount", "sh", "-c", hide, "sh"]).arg(self.folder.path().join("xtask"));
                command
            }
        };
        let interpreter = if attack.name.ends_with(".sh") { "sh" } else { "python3" };
        let program =
            format!("echo-server={interpreter} hostile/{} port={{port}} {}", attack.name, bait.words());
        let honest = format!("echo-client={} {{host}} {{port}} {{timeout_ms}}", self.honest.display());
        command
            .args(["check", "lab3", "--isolation=full", "--seed=1", "--format", format])
            .args(["--only", &attack.clause, "--only=L3.10", "--program", &program, "--program", &honest])
            .args(attack.limits.iter().flat_map(|limit| ["--limit", limit]))
            .arg("--hide")
            .arg(bait.folder())
            .args(["--hide", "/usr/share"])
            .current_dir(self.folder.path())
            // An interpreter that every user may run.
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .output()
            .unwrap()
    }

    /// Everything that is wrong with the result of an attack.
    fn judge(&self, attack: &Attack, user: User) -> Vec<String> {
        let bait = Bait::lay(TEMPORARY, &attack.name);
        let is_about_memory =
            attack.deserves.starts_with("stopped: ") && attack.deserves.ends_with(" of memory");
        let (_alone, _beside_others) = match user.has_groups() {
            true => (is_about_memory.then(crate::ends_for_memory), None),
            false => (None, Some(crate::has_no_groups())),
        };
        // Nobody in a room is to meet these.
        let own = self.folder.path().join("hostile").join(&attack.name);
        let _locks = [Path::new("/usr/bin/env"), &own].map(|file| {
            let file = fs::File::open(file).unwrap();
            rustix::fs::flock(&file, rustix::fs::FlockOperation::LockShared).unwrap();
            file
        });
        let output = self.check(attack, &bait, user, "json");
        let printed = String::from_utf8_lossy(&[output.stdout.clone(), output.stderr].concat()).into_owned();
        let mut wrong: Vec<String> = bait.taken().into_iter().map(str::to_owned).collect();
        if printed.contains(SECRET) {
            wrong.push("the secret was read".to_owned());
        }
        let result: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let limits = &result["environment"]["limits"];
        if *limits != if user.has_groups() { "kernel" } else { "watched" } {
            wrong.push(format!("limits are held by {limits}"));
        }
        let of = |id: &str| {
            let checks = result["checks"].as_array();
            checks.and_then(|checks| checks.iter().find(|check| check["id"] == id)).cloned()
        };
        match (of(&attack.clause), of("L3.10")) {
            (Some(check), Some(honest)) => {
                wrong.extend(attack.misjudged(&check, user.has_groups()));
                if honest["status"] != "passed" {
                    wrong.push(format!("the honest program beside it was disturbed: {honest:#}"));
                }
            }
            _ => wrong.push(format!("there is no verdict: {printed}")),
        }
        wrong.into_iter().map(|wrong| format!("{} as {user:?}: {wrong}", attack.name)).collect()
    }
}

fn none_succeeds(user: User) {
    let stage = Stage::set();
    // A descriptor that the user has forgotten to close before starting the grader.
    let forgotten = fs::File::open("/etc/hostname").unwrap();
    rustix::io::fcntl_setfd(&forgotten, rustix::io::FdFlags::empty()).unwrap();
    let attacks = stage.attacks();
    assert!(attacks.len() >= 40, "only {} attacks", attacks.len());
    let wrong: Vec<String> = attacks.iter().flat_map(|attack| stage.judge(attack, user)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn no_attack_succeeds() {
    needs!("python3", "sh", "unshare", "setpriv");
    none_succeeds(User::Own);
}

#[test]
fn no_attack_succeeds_where_the_grader_is_run_by_an_ordinary_user() {
    needs!("python3", "sh", "unshare", "setpriv");
    // For an ordinary user this is the same as the test above.
    if rustix::process::geteuid().is_root() {
        none_succeeds(User::Ordinary);
    }
}

#[test]
fn no_attack_succeeds_where_no_control_group_is_to_be_had() {
    needs!("python3", "sh", "unshare", "setpriv");
    // For an ordinary user this is usually the same as the first test.
    if rustix::process::geteuid().is_root() {
        none_succeeds(User::OwnWithoutGroups);
    }
}

#[test]
fn what_a_program_prints_steers_no_terminal_and_no_service() {
    needs!("python3", "sh", "unshare", "setpriv");
    let stage = Stage::set();
    let attacks = stage.attacks();
    for name in ["steers-the-terminal.py", "prints-no-text.py", "prints-a-verdict.py"] {
        let attack = attacks.iter().find(|attack| attack.name == name).unwrap();
        for format in ["human", "json", "junit"] {
            let output = stage.check(attack, &Bait::lay(TEMPORARY, name), User::Own, format).stdout;
            let text = String::from_utf8(output).unwrap();
            let control = |c: char| c.is_control() && c != '\n';
            assert!(!text.contains(control), "{name} in {format}: {text:?}");
            assert!(!text.contains('\u{202e}'), "{name} in {format}: {text}");
            for line in text.lines() {
                assert!(!line.trim_start().starts_with("::"), "{name} in {format}: {line}");
                assert!(!line.contains("##[") && !line.contains("##vso["), "{name} in {format}: {line}");
                // The command that repeats the run may be of any length.
                let is_output = format == "human" && line.contains('│');
                assert!(!is_output || line.chars().count() <= 110, "{name}: {line}");
            }
        }
    }
}
