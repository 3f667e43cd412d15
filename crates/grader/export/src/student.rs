//! The content of the students' repository, and how it is written.

use crate::manifest;
use crate::trouble::Trouble;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Files and folders that students get in addition to the checker's packages.
const THEIRS: [&str; 9] = [
    ".cargo/",
    ".editorconfig",
    ".gitignore",
    "Cargo.lock",
    MANIFEST,
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "labs/",
    "rustfmt.toml",
];
const MANIFEST: &str = "Cargo.toml";

/// A file that is written for them, with `{labs}` for the list of the labs.
const README: (&str, &str) = ("README.md", include_str!("../student/README.md"));
const CI: [(&str, &str); 2] = [
    (".github/workflows/check.yml", include_str!("../student/github.yml")),
    (".gitlab-ci.yml", include_str!("../student/gitlab.yml")),
];

/// Checks that the folder is empty or does not exist.
pub(crate) fn empty(folder: &Path) -> Result<(), Trouble> {
    let told = |what: String| Trouble::Usage(format!("{} {what}", folder.display()));
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(told("is not empty; name a new folder".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(told(format!("cannot be written to: {error}"))),
    }
}

/// Whether students get a file of the course. They get everything of the checker's packages except their tests.
pub(crate) fn is_theirs(path: &str, packages: &BTreeSet<String>) -> bool {
    let of_package = packages.iter().find_map(|folder| path.strip_prefix(folder.as_str()));
    let is_named = |theirs: &str| path == theirs || theirs.ends_with('/') && path.starts_with(theirs);
    of_package.is_some_and(|rest| !rest.starts_with("tests/")) || THEIRS.into_iter().any(is_named)
}

/// Writes all files and returns their number.
pub(crate) fn write(root: &Path, files: &[String], folder: &Path) -> Result<usize, Trouble> {
    for file in files {
        let to = prepared(folder, file)?;
        fs::copy(root.join(file), to).map_err(Trouble::failed(file))?;
    }
    let manifest = fs::read_to_string(root.join(MANIFEST)).map_err(Trouble::failed(MANIFEST))?;
    let manifest = manifest::reduced(&manifest, files).map_err(|error| Trouble::Failed(error.to_string()))?;
    let labs = labs(root, files)?;
    let names: Vec<&str> = labs.iter().map(|(name, ..)| name.as_str()).collect();
    let rows = labs
        .iter()
        .map(|(name, package, title)| format!("| `{name}` | [{title}](labs/{package}/README.md) |"));
    let rows: Vec<String> = rows.collect();
    let mut written = vec![(MANIFEST, manifest), (README.0, README.1.replace("{labs}", &rows.join("\n")))];
    written.extend(CI.map(|(path, text)| (path, text.replace("{labs}", &names.join(", ")))));
    for (path, text) in &written {
        fs::write(prepared(folder, path)?, text).map_err(Trouble::failed(path))?;
    }
    lock(folder)?;
    // The manifest replaces one that was copied.
    Ok(files.len() + written.len() - 1)
}

/// The path of a file, after its folder is made.
fn prepared(folder: &Path, file: &str) -> Result<std::path::PathBuf, Trouble> {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(Trouble::failed(file))?;
    Ok(path)
}

/// Each lab's name, the name of its folder and its title, which is the first line of its handout.
fn labs(root: &Path, files: &[String]) -> Result<Vec<(String, String, String)>, Trouble> {
    let handouts = files.iter().filter_map(|path| path.strip_prefix("labs/")?.strip_suffix("/README.md"));
    let lab = |package: &str| {
        let handout = format!("labs/{package}/README.md");
        let text = fs::read_to_string(root.join(&handout)).map_err(Trouble::failed(handout))?;
        let title = text.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned();
        let name = package.split('-').next().unwrap_or(package).to_owned();
        Ok((name, package.to_owned(), title))
    };
    handouts.map(lab).collect()
}

/// Lets cargo remove from its lock file what only the course needs. All versions stay the same.
fn lock(folder: &Path) -> Result<(), Trouble> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(Trouble::failed("starting cargo"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Trouble::Failed(format!(
        "the exported workspace: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}
