//! Finds the lab's folder in a submission: in a whole clone, a folder with the lab's name, a folder with `src` in it, or bare source files,
//! with one or two folders around it as archives have them.

use crate::limits;
use crate::path;
use crate::refusal::Refusal;
use crate::settings::SETTINGS;
use crate::vetting::File;
use model::Lab;
use std::collections::BTreeSet;

/// The place and the form of the lab's files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) kind: Kind,
    /// The folder, without a slash at its end; empty for the submission's own folder.
    root: String,
}

/// The form. The first one that is found counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A folder with a `submission.toml`.
    OtherLanguage,
    /// The lab's folder, with `src` in it.
    Crate,
    /// The files that belong in `src`.
    Sources,
    /// Single files, named like the programs.
    Bare,
}

impl Layout {
    /// A file's path relative to this folder, if it is in it.
    pub(super) fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.root.is_empty() {
            return Some(path);
        }
        path.strip_prefix(&self.root)?.strip_prefix('/')
    }
}

/// Finds the lab's folder. A folder with the lab's name precedes all others of its form, and an outer folder precedes inner ones.
pub(super) fn find(lab: &Lab, files: &[File]) -> Result<Option<Layout>, Refusal> {
    let clones = clones(files);
    let mut candidates = BTreeSet::new();
    for File { path, .. } in files {
        let roots = path::ancestors(path).map(|root| (root, &path[root.len() + 1..]));
        for (root, rest) in roots.chain([("", path.as_str())]) {
            let is_named = path::file_name(root) == lab.package();
            let depth = if root.is_empty() { 0 } else { path::ancestors(root).count() + 1 };
            let Some(kind) = kind(lab, rest) else { continue };
            // In a clone, the lab's folder is in one called `labs`.
            let deepest = if is_named { limits::WRAPPING + 2 } else { limits::WRAPPING };
            let is_elsewhere =
                is_of_another_lab(lab, root) || clones.iter().any(|clone| is_below(root, clone));
            if depth <= deepest && (is_named || !is_elsewhere) {
                candidates.insert((kind, !is_named, depth, root));
            }
        }
    }
    let mut candidates = candidates.into_iter();
    let Some(first) = candidates.next() else { return Ok(None) };
    let (kind, _, _, root) = first;
    match candidates.next() {
        Some(next) if (next.0, next.1, next.2) == (first.0, first.1, first.2) => {
            Err(Refusal::Ambiguous(format!("{root}/"), format!("{}/", next.3)))
        }
        _ => Ok(Some(Layout { kind, root: root.to_owned() })),
    }
}

/// The form of a submission that has this file in its folder, if the file shows it.
fn kind(lab: &Lab, rest: &str) -> Option<Kind> {
    let is_source = rest.ends_with(".rs");
    if rest == SETTINGS && !lab.programs.is_empty() {
        return Some(Kind::OtherLanguage);
    }
    if lab.programs.is_empty() {
        return (lab.document == Some(rest)).then_some(Kind::Bare);
    }
    if is_source && rest.starts_with("src/") {
        return Some(Kind::Crate);
    }
    match rest.strip_prefix("bin/") {
        Some("main.rs") => None,
        // Cargo also accepts a program with its own modules: `bin/NAME/main.rs`.
        Some(file) if program(lab, &file.replace("/main.rs", ".rs")).is_some() => Some(Kind::Sources),
        _ => (program(lab, rest).is_some() || lab.document == Some(rest)).then_some(Kind::Bare),
    }
}

/// The program whose source a file is, by its name alone.
pub(super) fn program(lab: &Lab, file: &str) -> Option<&'static str> {
    let name = file.strip_suffix(".rs")?;
    match lab.programs {
        [only] if name == "main" => Some(only.name),
        _ => lab.program(name).map(|program| program.name),
    }
}

/// Folders that are clones of the course's repository. Only the lab's own folder counts in them.
fn clones(files: &[File]) -> Vec<&str> {
    let paths = files.iter().map(|file| file.path.as_str());
    paths
        .filter_map(|path| path.strip_suffix("xtask/src/main.rs"))
        .map(|root| root.trim_end_matches('/'))
        .collect()
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether the path contains a folder with another lab's name.
fn is_of_another_lab(lab: &Lab, path: &str) -> bool {
    path.split('/').any(|part| {
        let number = part.strip_prefix("lab").and_then(|rest| rest.split_once('-'));
        number.and_then(|(number, _)| number.parse().ok()).is_some_and(|number: u32| number != lab.number)
    })
}
