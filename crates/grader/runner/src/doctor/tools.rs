//! Programs that the grader calls, or that the self-test and its readers use.

use super::finding;
use crate::collection;
use model::doctor::{Finding, State};
use std::env;
use std::process::{Command, Stdio};

/// What nothing goes without.
const RUST: [(&str, &str); 2] =
    [("cargo", "builds the grader and your programs"), ("rustc", "compiles the grader and your programs")];

/// What the collection of wrong and correct programs is written in, with the package of Debian that has it; and what reads
/// kept packets.
const OTHERS: [(&str, &str, &str); 5] = [
    ("cc", "self-test, programs in C", "gcc and libc6-dev"),
    ("python3", "self-test, programs in Python", "python3"),
    ("node", "self-test, programs in JavaScript", "nodejs"),
    ("javac", "self-test, programs in Java", "default-jdk-headless"),
    ("tshark", "reading packets that `check --keep` wrote", "tshark or wireshark"),
];

/// A finding for each that matters in this repository.
pub(super) fn all() -> Vec<Finding> {
    let has_collection = collection::folder().is_dir();
    let others = OTHERS.iter().filter(|(_, purpose, _)| has_collection || !purpose.starts_with("self-test"));
    RUST.iter().map(|(tool, purpose)| rust(tool, purpose)).chain(others.map(other)).collect()
}

fn rust(tool: &'static str, purpose: &str) -> Finding {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    let cure = || format!("install Rust {wanted} or newer; `rustup update` if rustup is there");
    let command = env::var_os(tool.to_uppercase()).unwrap_or_else(|| tool.into());
    let said = Command::new(command).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    // `cargo 1.88.0 (873a06493 2025-05-10)`
    let found = match said.split_ascii_whitespace().nth(1) {
        None => Err((State::Missing, "not there".to_owned(), cure())),
        Some(found) if version(found) < version(wanted) => Err((State::Missing, found.to_owned(), cure())),
        Some(found) => Ok(found.to_owned()),
    };
    finding(tool, purpose, found)
}

fn other((tool, purpose, package): &(&'static str, &'static str, &'static str)) -> Finding {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = if env::split_paths(&path).any(|folder| folder.join(tool).is_file()) {
        Ok("there".to_owned())
    } else {
        Err((State::Limited, "not there".to_owned(), format!("install {package}")))
    };
    finding(tool, purpose, found)
}

/// The first two numbers of a version.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("1.88.0"), Some((1, 88)));
        assert_eq!(version("6.18.44-generic"), Some((6, 18)));
        assert_eq!(version("1.88"), version("1.88.3-nightly"));
        assert!(version("1.100.0") > version("1.88"));
        assert_eq!(version("unknown"), None);
    }
}
