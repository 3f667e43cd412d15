//! If root runs the tests, each of its checks gives up root's rights by itself. The results are the same for a user that never was root.

use model::Program;
use rustix::process::geteuid;
use sandbox::ORDINARY_ID;
use sandbox::cargo::{Profile, build};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use tests::{reference_document, xtask_path};

#[test]
fn the_references_of_each_lab_hold_for_an_ordinary_user() {
    // Without root, `collection` has tried them as an ordinary user already.
    if !geteuid().is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let xtask = folder.path().join("xtask");
    fs::copy(xtask_path(), &xtask).unwrap();
    for suite in checks::suites() {
        let lab = &suite.lab;
        let mut command = Command::new(&xtask);
        command.args(["check", &lab.name(), "--seed=1", "--isolation=full"]);
        if !lab.programs.is_empty() {
            let built = build(&runner::workspace_root(), lab.reference, Profile::Dev).unwrap();
            for program in lab.programs {
                let executable = folder.path().join(program.name);
                fs::copy(&built[&format!("reference-{}", program.name)], &executable).unwrap();
                command.arg("--program").arg(template(program, &executable.display().to_string()));
            }
        }
        if let Some(document) = reference_document(&lab.name()) {
            let copy = folder.path().join(document.file_name().unwrap());
            fs::copy(document, &copy).unwrap();
            command.arg("--document").arg(copy);
        }
        let output = command.current_dir(folder.path()).uid(ORDINARY_ID).gid(ORDINARY_ID).output().unwrap();
        assert!(output.status.success(), "{}: {output:?}", lab.name());
    }
}

/// The value for `--program`.
fn template(program: &Program, executable: &str) -> String {
    let arguments: String =
        program.arguments.iter().map(|argument| format!(" {{{}}}", argument.name)).collect();
    format!("{}={executable}{arguments}", program.name)
}
