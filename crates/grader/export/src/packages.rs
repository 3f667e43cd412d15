//! The packages of the checker: `xtask` and all packages of the workspace that it depends on.

use crate::trouble::Trouble;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package that is the command line.
const COMMAND_LINE: &str = "xtask";

/// The part of the output of `cargo metadata` that matters here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or `None` for the dependencies of the program itself.
    kind: Option<String>,
    /// Its path, if it is in the workspace.
    path: Option<PathBuf>,
}

/// The folders of the checker's packages, relative to the repository, each with a slash at its end.
pub(crate) fn of_the_checker(root: &Path) -> Result<BTreeSet<String>, Trouble> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .map_err(Trouble::failed("starting cargo"))?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|_| {
        Trouble::Failed(format!("cargo tells nothing: {}", String::from_utf8_lossy(&output.stderr).trim()))
    })?;
    let folders = needed(&metadata.packages).into_iter().filter_map(|package| {
        let folder = package.manifest_path.parent()?.strip_prefix(&metadata.workspace_root).ok()?;
        Some(format!("{}/", folder.to_str()?))
    });
    Ok(folders.collect())
}

/// The command line and everything that it needs, directly or not. Dependencies of tests alone are left out.
fn needed(packages: &[Package]) -> Vec<&Package> {
    let by_name: BTreeMap<&str, &Package> =
        packages.iter().map(|package| (package.name.as_str(), package)).collect();
    let mut names = vec![COMMAND_LINE];
    let mut seen = 0;
    while let Some(name) = names.get(seen) {
        seen += 1;
        let dependencies = by_name.get(name).map_or(&[][..], |package| &package.dependencies);
        let own = dependencies.iter().filter(|it| it.path.is_some() && it.kind.as_deref() != Some("dev"));
        for dependency in own {
            if !names.contains(&dependency.name.as_str()) {
                names.push(&dependency.name);
            }
        }
    }
    names.into_iter().filter_map(|name| by_name.get(name).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
            path: Some(PathBuf::new()),
        };
        let dependencies = dependencies.iter().map(dependency).collect();
        Package { name: name.to_owned(), manifest_path: PathBuf::new(), dependencies }
    }

    #[test]
    fn what_the_command_line_needs_is_followed_and_nothing_else() {
        let packages = [
            package("bench", &[("model", None)]),
            package("model", &[]),
            package("runner", &[("model", None), ("samples", Some("dev"))]),
            package("samples", &[]),
            package("xtask", &[("runner", None), ("model", None)]),
        ];
        let names: Vec<&str> = needed(&packages).iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["xtask", "runner", "model"]);
    }
}
