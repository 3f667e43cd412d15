//! Builds a crate with cargo and finds its executables.

use serde_json::Value;
use std::collections::BTreeMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The crate does not compile; cargo has said why on standard error.
    #[error("it does not compile")]
    DoesNotCompile,
    /// Cargo could not be run.
    #[error("cannot run cargo: {0}")]
    Cargo(io::Error),
}

/// How a crate is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For work on it: built soon.
    Dev,
    /// As it is when its speed matters.
    Release,
}

/// Builds all binaries of `package` in the workspace at `root` and returns their executables by name.
///
/// Compiler messages and cargo's progress go to standard error just as cargo prints them.
///
/// # Errors
/// When cargo cannot be run or does not succeed.
pub fn build(root: &Path, package: &str, profile: Profile) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let profile = match profile {
        Profile::Dev => "dev",
        Profile::Release => "release",
    };
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--bins", "--message-format=json-render-diagnostics"])
        .args(["--profile", profile, "--package", package])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(BuildError::Cargo)?;
    if !output.status.success() {
        return Err(BuildError::DoesNotCompile);
    }
    Ok(executables(&output.stdout))
}

/// The executables that cargo's messages (one JSON object a line) name, by target.
fn executables(messages: &[u8]) -> BTreeMap<String, PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter_map(|message| {
            let executable = message.get("executable")?.as_str()?;
            let name = message.get("target")?.get("name")?.as_str()?;
            Some((name.to_owned(), PathBuf::from(executable)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_found_among_cargos_messages() {
        let messages = br#"{"reason":"compiler-message","message":{}}
{"reason":"compiler-artifact","target":{"name":"lib"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"echo-server"},"executable":"/t/echo-server"}
not json"#;
        let found = executables(messages);
        assert_eq!(found, BTreeMap::from([("echo-server".to_owned(), PathBuf::from("/t/echo-server"))]));
    }
}
