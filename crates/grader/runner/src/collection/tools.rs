//! Compilers and interpreters on the PATH: whether they are installed, their paths and their versions.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The path of a command. Without this check a program that cannot run would look like a wrong one.
pub(super) fn find(command: &str) -> io::Result<PathBuf> {
    sandbox::on_the_path(command).ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, format!("`{command}` is needed, and is not on the PATH"))
    })
}

/// The command that calls the interpreter: its name, or its own path if the name on the PATH is a script that looks for it. The interpreter
/// prints that path when it is called with the arguments `itself`.
pub(super) fn interpreter(command: &'static str, itself: &[&'static str]) -> io::Result<String> {
    let found = find(command)?;
    if itself.is_empty() || !is_script(&found) {
        return Ok(command.to_owned());
    }
    said(command, itself)
}

/// A value that changes with the compiler: its file, the time when that was written, and the version that it prints, if only that tells it.
pub(super) fn version(command: &'static str) -> io::Result<(PathBuf, Option<SystemTime>, String)> {
    let file = find(command)?.canonicalize()?;
    let written = fs::metadata(&file)?.modified().ok();
    // A Rust compiler is called through rustup's own file, whatever its version is.
    let told = if command == "rustc" { said(command, &["--version"])? } else { String::new() };
    Ok((file, written, told))
}

fn is_script(file: &Path) -> bool {
    let mut start = [0; 2];
    File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!"
}

/// What a command prints with these arguments. Each command is asked once.
fn said(command: &'static str, arguments: &[&'static str]) -> io::Result<String> {
    static SAID: Mutex<BTreeMap<&'static str, String>> = Mutex::new(BTreeMap::new());
    let mut known = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(words) = known.get(command) {
        return Ok(words.clone());
    }
    let output = Command::new(command).args(arguments).stdin(Stdio::null()).output();
    let words = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    match words {
        Ok(words) if !words.is_empty() => {
            known.insert(command, words.clone());
            Ok(words)
        }
        _ => Err(io::Error::other(format!("`{command}` does not run"))),
    }
}
