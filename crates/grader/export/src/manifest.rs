//! The students' workspace manifest: the course's own without the entries for packages that are missing in their repository.

use toml_edit::{Array, DocumentMut, Item, TableLike, TomlError};

/// Removes the members, and the dependencies by path, for which there is no file among these.
///
/// # Errors
/// When the manifest is not TOML.
pub(crate) fn reduced(manifest: &str, files: &[String]) -> Result<String, TomlError> {
    let is_there = |path: &str| {
        let folder = path.trim_end_matches('*').trim_end_matches('/');
        files.iter().any(|file| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    let mut document: DocumentMut = manifest.parse()?;
    if let Some(workspace) = document.get_mut("workspace").and_then(Item::as_table_like_mut) {
        for list in ["members", "exclude", "default-members"] {
            if let Some(patterns) = workspace.get_mut(list).and_then(Item::as_array_mut) {
                retain(patterns, is_there);
            }
        }
        if let Some(dependencies) = workspace.get_mut("dependencies").and_then(Item::as_table_like_mut) {
            for name in absent(dependencies, is_there) {
                dependencies.remove(&name);
            }
        }
    }
    Ok(document.to_string())
}

fn retain(patterns: &mut Array, is_there: impl Fn(&str) -> bool) {
    patterns.retain(|pattern| pattern.as_str().is_none_or(&is_there));
    // The first entry may keep the white space of its earlier place in the middle.
    if let Some(first) = patterns.get_mut(0) {
        first.decor_mut().set_prefix("");
    }
}

/// The dependencies whose paths do not exist.
fn absent(dependencies: &dyn TableLike, is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let path = |item: &Item| item.as_table_like()?.get("path")?.as_str().map(str::to_owned);
    let is_absent = |item| path(item).is_some_and(|path| !is_there(&path));
    dependencies.iter().filter(|(_, item)| is_absent(item)).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_nothing_is_taken_out_and_the_rest_stays_as_it_is() {
        let manifest = "\
# The course.
[workspace]
members = [\"crates/programs/*\", \"crates/grader/*\", \"xtask\"] # all
exclude = [\"crates/programs/concepts\", \"labs/lab0\"]

[workspace.dependencies]
common = { path = \"crates/programs/common\" }
model = { path = \"crates/grader/model\" }
serde = \"1\" # data
";
        let expected = "\
# The course.
[workspace]
members = [\"crates/grader/*\", \"xtask\"] # all
exclude = [\"labs/lab0\"]

[workspace.dependencies]
model = { path = \"crates/grader/model\" }
serde = \"1\" # data
";
        let files = ["crates/grader/model/Cargo.toml", "labs/lab0/README.md", "xtask/Cargo.toml"];
        assert_eq!(reduced(manifest, &files.map(str::to_owned)).unwrap(), expected);
    }
}
