//! What the end-to-end tests share: the built command line, a class to grade, targets for attacks, and hostile submissions.

pub mod bait;
pub mod class;
pub mod submission;
pub mod tools;

use assert_cmd::Command;
use sandbox::cargo::Profile;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The executables of a package, built once for all tests of a run.
fn built(package: &'static str) -> BTreeMap<String, PathBuf> {
    sandbox::cargo::build(&runner::workspace_root(), package, Profile::Dev)
        .unwrap_or_else(|error| panic!("building {package}: {error}"))
}

/// The path of the command line's executable.
pub fn xtask_path() -> PathBuf {
    static XTASK: OnceLock<PathBuf> = OnceLock::new();
    XTASK.get_or_init(|| built("xtask")["xtask"].clone()).clone()
}

/// The path of the tool that grades a class.
pub fn grade_path() -> PathBuf {
    static GRADE: OnceLock<PathBuf> = OnceLock::new();
    GRADE.get_or_init(|| built("grade")["grade"].clone()).clone()
}

/// The path of the tool that puts load on servers.
pub fn bench_path() -> PathBuf {
    static BENCH: OnceLock<PathBuf> = OnceLock::new();
    BENCH.get_or_init(|| built("bench")["bench"].clone()).clone()
}

/// The command line, at the root of the workspace.
pub fn xtask() -> Command {
    let mut command = Command::new(xtask_path());
    command.current_dir(runner::workspace_root()).env_remove("NO_COLOR").env_remove("CARGO_MANIFEST_DIR");
    command
}

/// The correct document that a lab asks for beside its programs, if it asks for one.
pub fn reference_document(lab: &str) -> Option<PathBuf> {
    let lab = &checks::suite(lab)?.lab;
    Some(runner::workspace_root().join("crates/programs").join(lab.slug).join(lab.document?))
}
