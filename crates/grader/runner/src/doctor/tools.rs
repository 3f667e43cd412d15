//! Programs that the grader calls, or that the self-test or readers of its results use.

use super::finding;
use crate::collection::{self, LANGUAGES};
use model::doctor::{Finding, State};
use std::env;
use std::process::{Command, Stdio};

/// Nothing works without these.
const RUST: [(&str, &str); 2] =
    [("cargo", "builds the grader and your programs"), ("rustc", "compiles the grader and your programs")];

/// A finding for each program that matters in this repository.
pub(super) fn all() -> Vec<Finding> {
    let rust = RUST.iter().map(|(tool, purpose)| rust(tool, purpose));
    let languages = collection::folder().is_dir().then(languages).into_iter().flatten();
    let packets = other("tshark", "reading packets that `check --keep` wrote", "tshark or wireshark");
    rust.chain(languages).chain([packets]).collect()
}

/// The languages of the collection of wrong and correct programs.
fn languages() -> impl Iterator<Item = Finding> {
    let others = LANGUAGES.iter().filter(|language| language.name != "Rust");
    others.filter_map(|language| {
        let purpose = format!("self-test, programs in {}", language.name);
        let packages = language.packages.replace(' ', " and ");
        let command = language.missing().or_else(|| language.commands().next())?;
        Some(other(command, &purpose, &packages))
    })
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

fn other(tool: &'static str, purpose: &str, packages: &str) -> Finding {
    let found = if collection::is_on_path(tool) {
        Ok("there".to_owned())
    } else {
        Err((State::Limited, "not there".to_owned(), format!("install {packages}")))
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
