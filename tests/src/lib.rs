//! What the end-to-end tests share: the built command line, and results read back from its JSON.

use assert_cmd::Command;
use runner::collection::{Specimen, cache};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The executables of a package, built once for all tests of a run.
fn built(package: &'static str) -> BTreeMap<String, PathBuf> {
    sandbox::cargo::build(&runner::workspace_root(), package)
        .unwrap_or_else(|error| panic!("building {package}: {error}"))
}

/// The path of the command line's executable.
pub fn xtask_path() -> PathBuf {
    static XTASK: OnceLock<PathBuf> = OnceLock::new();
    XTASK.get_or_init(|| built("xtask")["xtask"].clone()).clone()
}

/// The command line, at the root of the workspace.
pub fn xtask() -> Command {
    let mut command = Command::new(xtask_path());
    command.current_dir(runner::workspace_root()).env_remove("NO_COLOR").env_remove("CARGO_MANIFEST_DIR");
    command
}

/// The placeholders that a program of a lab takes, as the end of a command template.
pub fn placeholders(lab: &str, program: &str) -> String {
    let suite = checks::suites().iter().find(|suite| suite.lab.name() == lab).expect("the lab exists");
    let program = suite.lab.program(program).expect("the lab has the program");
    program.arguments.iter().map(|argument| format!("{{{}}} ", argument.name)).collect()
}

/// What became of each clause when this program of the collection was checked.
pub fn verdicts(specimen: &Specimen) -> BTreeMap<String, Value> {
    let command = specimen.command(&cache(), &placeholders(&specimen.lab, &specimen.program));
    let command = command.unwrap_or_else(|error| panic!("{error}"));
    let option = format!("--program={}={command}", specimen.program);
    let output = xtask()
        .args(["check", &specimen.lab, &option, "--format=json", "--jobs=1"])
        .output()
        .expect("the command line can be started");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("no result ({error}): {}{}", output.status, String::from_utf8_lossy(&output.stderr))
    });
    let checks = result["checks"].as_array().expect("the result has checks").clone();
    checks.into_iter().map(|check| (check["id"].as_str().expect("an id").to_owned(), check)).collect()
}
