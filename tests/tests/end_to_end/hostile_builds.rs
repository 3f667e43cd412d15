//! Submissions that attack while they are built: each folder in `tests/hostile/crates` tries what its first comment says, and must have the
//! result that its second line says. They are one class, with honest submissions among them, which `cargo xtask grade` marks. Success of an
//! attack is looked for from outside, and no hidden word may be anywhere in the results.

use rustix::process::geteuid;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::bait::{Bait, SECRET};
use tests::needs;
use tests::submission::{complete, copy, deserves, files};

/// The path of the stage if root has set it up: outside all folders of which every submission has its own.
const SHOWN: &str = "/mnt";
/// The path of the toolchain then: other users cannot enter root's home.
const TOOLCHAIN: &str = "/media";
/// The user that runs the grader if it is not root.
const ORDINARY: u32 = sandbox::ORDINARY_ID;
/// A submission whose build prints something else each time, and another with the same content.
const RANDOM: &str = "build-says-a-random-word";
const AGAIN: &str = "says-the-same-random-word";
/// A submission whose feedback shows what is mounted.
const INCLUDES_MOUNTS: &str = "includes-names-of-folders";
/// The output of an attack that succeeded.
const BREACH: &str = "BREACH";

/// A folder with everything that the grader needs, from which every user can run it, and with the targets of the attacks.
struct Stage {
    folder: tempfile::TempDir,
    /// Its path as the grader and the submissions see it.
    shown: PathBuf,
    toolchain: PathBuf,
}

impl Stage {
    fn set() -> Stage {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let path = folder.path();
        open_to_all(path);
        let shown = if geteuid().is_root() { PathBuf::from(SHOWN) } else { path.to_owned() };
        let root = runner::workspace_root();
        let built = sandbox::cargo::build(&root, "grade", sandbox::cargo::Profile::Dev).unwrap();
        fs::copy(&built["grade"], path.join("grade")).unwrap();
        for folder in ["bin", "course/xtask", "home/.ssh", "home/.cargo", "open", "target"] {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        open_to_all(&path.join("open"));
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(root.join(file), path.join("course").join(file)).unwrap();
        }
        copy(&root.join("labs/lab3-echo"), &path.join("course/labs/lab3-echo"));
        copy(&root.join("crates/grader/model"), &path.join("course/crates/grader/model"));
        let hidden = [
            "course/crates/programs/echo/src/lib.rs",
            "home/.ssh/id_ed25519",
            "home/.cargo/credentials.toml",
        ];
        for file in hidden {
            fs::create_dir_all(path.join(file).parent().unwrap()).unwrap();
            fs::write(path.join(file), format!("{SECRET}\n")).unwrap();
        }
        // The crates that cargo has fetched earlier.
        let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo = cargo.unwrap_or_else(|| PathBuf::from(env::var_os("HOME").unwrap()).join(".cargo"));
        symlink(cargo.join("registry"), path.join("home/.cargo/registry")).unwrap();
        let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap().stdout;
        let toolchain = PathBuf::from(String::from_utf8(sysroot).unwrap().trim());
        let seen = if geteuid().is_root() { Path::new(TOOLCHAIN) } else { &toolchain };
        symlink(seen.join("bin/rustc"), path.join("bin/rustc")).unwrap();
        Stage { folder, shown, toolchain }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the class anew, and returns the expected result of each submission.
    fn lay_out(&self, bait: &Bait, results: &Path) -> BTreeMap<String, String> {
        let class = self.path("class");
        if class.exists() {
            fs::remove_dir_all(&class).unwrap();
        }
        let collection = runner::workspace_root().join("tests/hostile/crates");
        copy(&collection, &class);
        copy(&class.join(RANDOM), &class.join(AGAIN));
        fs::remove_file(class.join("support.py")).unwrap();
        let seen = |path: &Path| self.shown.join(path.strip_prefix(self.folder.path()).unwrap());
        let (tcp, udp) = bait.ports();
        let told = [
            ("@stage@", self.shown.display().to_string()),
            ("@out@", seen(results).display().to_string()),
            ("@bait@", seen(bait.folder()).display().to_string()),
            ("@mark@", bait.mark().to_owned()),
            ("@secret@", SECRET.to_owned()),
            ("@tcp4@", tcp[0].to_string()),
            ("@tcp6@", tcp[1].to_string()),
            ("@udp4@", udp[0].to_string()),
            ("@udp6@", udp[1].to_string()),
        ];
        let folders = fs::read_dir(&class).unwrap().flatten().map(|entry| entry.path());
        folders
            .map(|folder| {
                let deserves = deserves(&folder);
                complete(&folder, &collection);
                for file in files(&folder) {
                    let fill = |text: String, (name, value): &(&str, String)| text.replace(name, value);
                    let text = fs::read_to_string(&file).unwrap();
                    fs::write(&file, told.iter().fold(text, fill)).unwrap();
                }
                (folder.file_name().unwrap().to_string_lossy().into_owned(), deserves)
            })
            .collect()
    }

    /// Grades the class, as root or as an ordinary user.
    fn grade(&self, results: &Path, is_root: bool) -> Output {
        let shown = |name: &str| self.shown.join(name);
        let mut words: Vec<String> = Vec::new();
        if geteuid().is_root() {
            let mounts = r#"mount --bind "$1" "$2" && mount --bind "$3" "$4" && shift 4 && exec "$@""#;
            words.extend(["unshare", "--mount", "sh", "-ec", mounts, "sh"].map(str::to_owned));
            let places = [&self.toolchain, Path::new(TOOLCHAIN), self.folder.path(), &self.shown];
            words.extend(places.map(|path| path.display().to_string()));
        }
        if geteuid().is_root() && !is_root {
            let ids = [format!("--reuid={ORDINARY}"), format!("--regid={ORDINARY}")];
            words.extend(["setpriv".to_owned()].into_iter().chain(ids).chain(["--clear-groups".to_owned()]));
        }
        let out = shown(&results.file_name().unwrap().to_string_lossy());
        let grade =
            [shown("grade"), "grade".into(), shown("class"), "--lab=lab3".into(), "--out".into(), out];
        words.extend(grade.map(|word: PathBuf| word.display().to_string()));
        Command::new(&words[0])
            .args(&words[1..])
            .args(["--seed", "1"])
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", shown("bin").display()))
            .env("HOME", shown("home"))
            .env("CARGO_HOME", shown("home/.cargo"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", shown("target"))
            .env("CARGO_MANIFEST_DIR", shown("course/xtask"))
            .env("GRADER_TOKEN", SECRET)
            .env("GITHUB_TOKEN", SECRET)
            .env("SSH_AUTH_SOCK", SECRET)
            .output()
            .unwrap()
    }

    /// Grades the class and returns everything that is wrong with the results.
    fn judge(&self, name: &str, is_root: bool) -> Vec<String> {
        let bait = Bait::lay(self.path("home"), name);
        let results = self.path(name);
        fs::create_dir(&results).unwrap();
        fs::write(results.join("notes.txt"), SECRET).unwrap();
        if geteuid().is_root() && !is_root {
            chown(&results, Some(ORDINARY), Some(ORDINARY)).unwrap();
        }
        let deserved = self.lay_out(&bait, &results);
        let has_groups = is_root && sandbox::groups_can_be_made();
        let (_alone, _beside_others) = match has_groups {
            true => (Some(crate::ends_for_memory()), None),
            false => (None, Some(crate::has_no_groups())),
        };
        let output = self.grade(&results, is_root);
        let printed = [output.stdout, output.stderr].concat();
        let mut wrong: Vec<String> = bait.taken().into_iter().map(str::to_owned).collect();
        if fs::read_dir(self.path("open")).unwrap().count() > 0 {
            wrong.push("a file was written in a folder that is open to all".to_owned());
        }
        fs::remove_file(results.join("notes.txt")).unwrap();
        let kept =
            files(&results).into_iter().map(|file| (file.display().to_string(), fs::read(file).unwrap()));
        for (place, bytes) in kept.chain([("what is printed".to_owned(), printed.clone())]) {
            wrong.extend(improper(&bytes).into_iter().map(|what| format!("{place} has {what}")));
        }
        let sheet = fs::read_to_string(results.join("grades.csv")).unwrap_or_default();
        for (name, deserves) in deserved {
            let row = sheet.lines().find(|line| line.starts_with(&format!("{name},")));
            let feedback = fs::read_to_string(results.join("submissions").join(&name).join("feedback.md"));
            let feedback = feedback.unwrap_or_default();
            if !row.is_some_and(|row| is_as_deserved(row, &feedback, &deserves)) {
                wrong.push(format!("{name} deserves `{deserves}`, and got {row:?}\n{feedback}"));
            }
        }
        let told = |name: &str| fs::read(results.join("submissions").join(name).join("feedback.md")).ok();
        let table = told(INCLUDES_MOUNTS).unwrap_or_default();
        for folder in ["class", "course", "home"] {
            let seen = self.shown.join(folder).display().to_string();
            if String::from_utf8_lossy(&table).contains(&seen) {
                wrong.push(format!("{INCLUDES_MOUNTS} is told of {seen}"));
            }
        }
        if told(RANDOM) != told(AGAIN) {
            wrong.push("the same content was built twice".to_owned());
        }
        if sheet.is_empty() {
            wrong.push(format!("there is no sheet: {}", String::from_utf8_lossy(&printed)));
        }
        wrong.into_iter().map(|wrong| format!("{name}: {wrong}")).collect()
    }
}

/// Text that must not be in any file about a class.
fn improper(bytes: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(bytes);
    let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##vso[");
    let found = [
        ("the hidden word", text.contains(SECRET)),
        ("the word of an attack that got through", text.contains(BREACH)),
        ("what steers a terminal", text.contains(steers)),
        ("a command to a CI service", text.lines().any(is_command)),
    ];
    found.into_iter().filter_map(|(what, is_there)| is_there.then_some(what)).collect()
}

/// Whether a row of the sheet and the feedback are as expected for a submission. The row begins with name, original name, status, reason,
/// points, points in all and stars.
fn is_as_deserved(row: &str, feedback: &str, deserves: &str) -> bool {
    let suite = checks::suite("lab3").unwrap();
    let all = || suite.checks.iter().map(|check| &check.clause);
    let points = |clauses: &mut dyn Iterator<Item = &model::Clause>| {
        clauses.map(|c| c.points).sum::<u32>().to_string()
    };
    let stars = all().filter(|clause| clause.tier == model::Tier::Stretch).count().to_string();
    let cells: Vec<&str> = row.split(',').collect();
    let (status, end) = (cells[2], &cells[4..]);
    let of_one_program = |why: &'static str| Some((why, deserves.strip_prefix(why)?.strip_prefix(' ')?));
    match ["does not compile", "cannot be started", "could not be started"]
        .into_iter()
        .find_map(of_one_program)
    {
        Some((why, program)) => {
            let rest = points(&mut all().filter(|clause| clause.program != program));
            status == "graded" && end[0] == rest && feedback.contains(&format!("{program} {why}"))
        }
        None if deserves == "full" => status == "graded" && end[0] == points(&mut all()) && end[2] == stars,
        None if deserves.starts_with("stopped: ") => {
            status == "does not compile" && feedback.contains(deserves)
        }
        None => status == deserves,
    }
}

fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).unwrap();
}

/// As the user that runs the tests, and if that is root, as an ordinary user too. Root comes first, since it prepares what other users may
/// only read.
#[test]
#[ignore = "takes minutes: run with --include-ignored, as CI does"]
fn no_submission_gets_anything_by_being_built() {
    needs!("python3", "sh", "unshare", "setpriv");
    let stage = Stage::set();
    let mut wrong = stage.judge("results-of-this-user", geteuid().is_root());
    if geteuid().is_root() {
        wrong.extend(stage.judge("results-of-an-ordinary-user", false));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
