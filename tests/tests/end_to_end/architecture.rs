//! Checks what ARCHITECTURE.md says about the crates: which of them each uses; and that the modules of a crate do not use each other in a
//! circle.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates, each with the others of this workspace that it uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The uses that cargo knows, without those of tests alone.
fn real() -> (Uses, BTreeMap<String, PathBuf>) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(runner::workspace_root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let is_ours = |package: &&Value| {
        let manifest = text(&package["manifest_path"]);
        manifest.contains("/crates/grader/") || manifest.ends_with("/xtask/Cargo.toml")
    };
    let ours: Vec<&Value> = packages.iter().filter(is_ours).collect();
    let names: BTreeSet<String> = ours.iter().map(|package| text(&package["name"])).collect();
    let uses = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let needed = dependencies.filter(|dependency| dependency["kind"].is_null());
        needed.map(|dependency| text(&dependency["name"])).filter(|name| names.contains(name)).collect()
    };
    let folder = |package: &Value| Path::new(&text(&package["manifest_path"])).with_file_name("src");
    (
        ours.iter().map(|package| (text(&package["name"]), uses(package))).collect(),
        ours.iter().map(|package| (text(&package["name"]), folder(package))).collect(),
    )
}

/// The uses in the table of ARCHITECTURE.md.
fn told() -> Uses {
    let text = fs::read_to_string(runner::workspace_root().join("ARCHITECTURE.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (cells[1].trim_matches('`').to_owned(), names(cells[3]))
    };
    rows.map(row).collect()
}

#[test]
fn each_crate_uses_what_the_architecture_says() {
    assert_eq!(told(), real().0);
}

/// The modules of a crate by path, each with its source without comments and tests.
fn modules(folder: &Path, path: &[String], found: &mut BTreeMap<Vec<String>, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (file, name) = (entry.path(), entry.file_name().into_string().unwrap());
        let stem = name.strip_suffix(".rs");
        let inner = |name: &str| [path, &[name.to_owned()]].concat();
        match stem {
            None if file.is_dir() && name != "bin" => modules(&file, &inner(&name), found),
            Some("tests") | None => {}
            Some(stem) => {
                let module = if matches!(stem, "lib" | "main" | "mod") { path.to_vec() } else { inner(stem) };
                let text = fs::read_to_string(&file).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                found.insert(module, code.collect::<Vec<_>>().join("\n"));
            }
        }
    }
}

/// The paths that begin with `root` in a source, such as `crate::`. Names in braces at their ends count one by one.
fn paths<'a>(source: &'a str, root: &str) -> Vec<Vec<&'a str>> {
    let mut all = Vec::new();
    for rest in source.split(root).skip(1) {
        let name = |text: &'a str| {
            let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len());
            text[..end].split("::").filter(|part| !part.is_empty()).collect::<Vec<_>>()
        };
        let first = name(rest);
        let is_group = |path: &str| path.is_empty() || path.ends_with("::") && !path.contains([';', ' ']);
        let group = rest.find('{').filter(|brace| is_group(&rest[..*brace]));
        match group {
            Some(brace) => {
                let inner = rest[brace + 1..].split('}').next().unwrap_or_default();
                all.extend(inner.split(',').map(|part| [first.clone(), name(part.trim())].concat()));
            }
            None => all.push(first),
        }
    }
    all
}

/// The modules that each module uses.
fn edges(modules: &BTreeMap<Vec<String>, String>) -> BTreeMap<&[String], BTreeSet<&[String]>> {
    let find = |path: &[String]| {
        let mut ends = (0..=path.len()).rev().map(|end| &path[..end]);
        let found = ends.find_map(|path| modules.get_key_value(path));
        found.map(|(module, _)| module.as_slice()).filter(|module| !module.is_empty())
    };
    let of = |(module, source): (&Vec<String>, &String)| -> BTreeSet<&[String]> {
        let owned = |parts: Vec<&str>| parts.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let from_root = paths(source, "crate::").into_iter().map(owned);
        let parent = &module[..module.len().saturating_sub(1)];
        let beside = paths(source, "super::").into_iter().map(|parts| [parent, &owned(parts)].concat());
        from_root.chain(beside).filter_map(|path| find(&path)).filter(|other| other != module).collect()
    };
    modules.iter().map(|entry| (entry.0.as_slice(), of(entry))).collect()
}

/// A module from which a path leads back to it.
fn circle(modules: &BTreeMap<Vec<String>, String>) -> Option<String> {
    let edges = edges(modules);
    edges.keys().find_map(|start| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![*start]);
        while let Some(module) = next.pop() {
            next.extend(edges.get(module).into_iter().flatten().filter(|other| reached.insert(**other)));
        }
        // A module that uses the root may be used by it, since the root names all modules.
        (!start.is_empty() && reached.contains(start)).then(|| start.join("::"))
    })
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    for (name, folder) in real().1 {
        let mut found = BTreeMap::new();
        modules(&folder, &[], &mut found);
        assert!(!found.is_empty(), "{name}: {}", folder.display());
        assert_eq!(circle(&found), None, "in {name}");
    }
}

#[test]
fn a_circle_is_found() {
    let crates = |second: &str| {
        let sources = [("", "mod a; mod b;"), ("a", "use crate::b::{C, D};"), ("b", second)];
        let path = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty()).into_iter().collect();
        sources.iter().map(|(name, source)| (path(name), (*source).to_owned())).collect()
    };
    assert_eq!(circle(&crates("use std::fs;")), None);
    assert_eq!(circle(&crates("use crate::{E, a::F};")).as_deref(), Some("a"));
    assert_eq!(circle(&crates("use super::a;")).as_deref(), Some("a"));
}
