//! The smallest workspace in which a lab's package builds as it does in the course: its own manifest, and the course's without the other
//! members.

use crate::files::{self, Files};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The path of the manifest of a lab's package.
pub(super) fn manifest(workspace: &Path, package: &str) -> PathBuf {
    workspace.join("labs").join(package).join("Cargo.toml")
}

/// Reads the files of this workspace from the course's.
pub(super) fn read(root: &Path, package: &str) -> io::Result<Files> {
    let mut files = Files::new();
    let text = fs::read_to_string(root.join("Cargo.toml"))?;
    files.insert("Cargo.toml".to_owned(), alone(&text, package)?.into_bytes());
    // Cargo drops the entries that are not needed.
    files.insert("Cargo.lock".to_owned(), fs::read(root.join("Cargo.lock"))?);
    let manifest = format!("labs/{package}/Cargo.toml");
    files.insert(manifest.clone(), fs::read(root.join(manifest))?);
    files::add(root, &format!("labs/{package}/src"), &mut files)?;
    Ok(files)
}

/// The sources of the stub's programs, by their paths in the template, for which these files have a folder, `src/bin/NAME/main.rs`: cargo
/// refuses a package that has both. If a submission has both, cargo reports that.
pub(super) fn superseded<'a>(
    template: &'a Files,
    package: &str,
    files: &Files,
) -> impl Iterator<Item = &'a String> {
    let lab = format!("labs/{package}/");
    template.keys().filter(move |path| {
        let source = path.strip_prefix(&lab).filter(|source| source.starts_with("src/bin/"));
        let program =
            source.filter(|source| !files.contains_key(*source)).and_then(|it| it.strip_suffix(".rs"));
        program.is_some_and(|program| files.contains_key(&format!("{program}/main.rs")))
    })
}

/// The profile of a debug build, with overflow checks and assertions, but without debug information, which takes time to make, to link and
/// to load. For a program of a page or two, compiling it in one piece takes less time than dividing it.
fn profile() -> Table {
    let quick =
        [("debug", Value::from(false)), ("strip", Value::from("symbols")), ("codegen-units", Value::from(1))];
    let quick: Table = quick.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    Table::from_iter([("dev".to_owned(), quick.into())])
}

/// The workspace's manifest with only this member.
fn alone(manifest: &str, package: &str) -> io::Result<String> {
    let mut manifest: Table = manifest.parse().map_err(io::Error::other)?;
    let missing = || io::Error::other("the course's Cargo.toml has no [workspace]");
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut).ok_or_else(missing)?;
    workspace.insert("members".to_owned(), vec![format!("labs/{package}")].into());
    workspace.remove("default-members");
    workspace.remove("exclude");
    if let Some(dependencies) = workspace.get_mut("dependencies").and_then(Value::as_table_mut) {
        dependencies.retain(|_, dependency| dependency.get("path").is_none());
    }
    manifest.insert("profile".to_owned(), profile().into());
    toml::to_string(&manifest).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_stays_away_where_its_program_has_a_folder() {
        let files =
            |paths: &[&str]| paths.iter().map(|path| ((*path).to_owned(), Vec::new())).collect::<Files>();
        let template = files(&["labs/lab3-echo/src/bin/client.rs", "labs/lab3-echo/src/bin/server.rs"]);
        let left_out =
            |paths: &[&str]| superseded(&template, "lab3-echo", &files(paths)).cloned().collect::<Vec<_>>();
        assert_eq!(left_out(&["src/bin/server/main.rs"]), ["labs/lab3-echo/src/bin/server.rs"]);
        assert!(left_out(&["src/bin/server/main.rs", "src/bin/server.rs"]).is_empty());
        assert!(left_out(&["src/bin/server/line.rs", "src/lib.rs", "src/bin/other/main.rs"]).is_empty());
    }

    #[test]
    fn the_course_is_left_out_of_its_manifest() {
        let manifest = r#"
            [workspace]
            members = ["crates/*", "labs/*"]
            default-members = ["crates/*"]
            [workspace.package]
            edition = "2024"
            [workspace.dependencies]
            model = { path = "crates/model" }
            socket2 = "0.6"
            [profile.dev]
            debug = "line-tables-only"
            [profile.dev.package.model]
            opt-level = 2
        "#;
        let alone: Table = alone(manifest, "lab3-echo").unwrap().parse().unwrap();
        let workspace = alone["workspace"].as_table().unwrap();
        assert_eq!(workspace["members"].as_array().unwrap()[0].as_str(), Some("labs/lab3-echo"));
        assert!(!workspace.contains_key("default-members"));
        assert_eq!(workspace["package"]["edition"].as_str(), Some("2024"));
        assert_eq!(workspace["dependencies"].as_table().unwrap().keys().collect::<Vec<_>>(), ["socket2"]);
        assert_eq!(
            alone["profile"]["dev"].as_table().unwrap().keys().collect::<Vec<_>>(),
            ["codegen-units", "debug", "strip"]
        );
    }
}
