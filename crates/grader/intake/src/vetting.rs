//! Checks all names and kinds of a submission before anything of it is read. One bad name refuses the whole submission, since an honest
//! program never makes one.

use crate::item::{Item, Kind};
use crate::limits;
use crate::path;
use crate::refusal::{Ignored, Reason, Refusal, shown};
use std::collections::{BTreeSet, HashMap};

/// A file that may be searched for by its name.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path in canonical form.
    pub(crate) path: String,
    /// The container's item.
    pub(crate) item: Item,
}

/// What is in a submission.
#[derive(Debug, Default)]
pub(crate) struct Vetted {
    pub(crate) files: Vec<File>,
    /// What is ignored, whatever the lab asks for.
    pub(crate) ignored: BTreeSet<Ignored>,
}

/// Vets all items.
pub(crate) fn vet(items: Vec<Item>) -> Result<Vetted, Refusal> {
    if items.len() > limits::ITEMS {
        return Err(Refusal::TooMany(limits::ITEMS));
    }
    let mut vetted = Vetted::default();
    for item in items {
        if let Some(icon) = folders_icon(&item.name) {
            let path = path::vet(icon)?;
            let alone = |path| Ignored { path, reason: Reason::LeftBehind };
            vetted.ignored.insert(ignored_whole(&path, item.kind).unwrap_or_else(|| alone(path)));
            continue;
        }
        let path = path::vet(&item.name)?;
        if path.is_empty() {
            match item.kind {
                Kind::Folder => continue,
                _ => return Err(Refusal::Special(shown(&item.name))),
            }
        }
        // A folder that is ignored as a whole may contain anything: cargo's target folder has hard links.
        if let Some(ignored) = ignored_whole(&path, item.kind) {
            vetted.ignored.insert(ignored);
            continue;
        }
        let shown = || shown(&item.name);
        match item.kind {
            Kind::Folder => {}
            Kind::File => vetted.files.push(File { path, item }),
            Kind::SymbolicLink => return Err(Refusal::SymbolicLink(shown())),
            Kind::HardLink => return Err(Refusal::HardLink(shown())),
            Kind::Special => return Err(Refusal::Special(shown())),
        }
    }
    told_apart(&vetted.files)?;
    Ok(vetted)
}

/// The files in which macOS keeps the icon of a folder: `Icon` and a carriage return, and its notes about that, `._Icon`. It is the only
/// name with a control character that honest people produce. Returns the path without that character.
fn folders_icon(name: &[u8]) -> Option<&[u8]> {
    let path = name.strip_suffix(b"\r")?;
    let last = path.rsplit(|byte| *byte == b'/').next()?;
    matches!(last, b"Icon" | b"._Icon").then_some(path)
}

/// Checks that no two files have the same path, even if case does not matter, and that none is another's folder.
fn told_apart(files: &[File]) -> Result<(), Refusal> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for File { path, .. } in files {
        if let Some(other) = seen.insert(path.to_lowercase(), path) {
            return Err(Refusal::Duplicate(other.to_owned(), path.clone()));
        }
    }
    let is_file = |folder: &&str| seen.contains_key(&folder.to_lowercase());
    match files.iter().find_map(|file| path::ancestors(&file.path).find(is_file)) {
        Some(folder) => Err(Refusal::FileAndFolder(folder.to_owned())),
        None => Ok(()),
    }
}

/// The outermost part of a path that is ignored as a whole.
fn ignored_whole(path: &str, kind: Kind) -> Option<Ignored> {
    let folder =
        path::ancestors(path).find_map(|folder| Some((folder, is_ignored_whole(path::file_name(folder))?)));
    if let Some((folder, reason)) = folder {
        return Some(Ignored { path: format!("{folder}/"), reason });
    }
    let reason = is_ignored_whole(path::file_name(path))?;
    let slash = if kind == Kind::Folder { "/" } else { "" };
    Some(Ignored { path: format!("{path}{slash}"), reason })
}

/// Whether a file or folder of this name is ignored with all that is in it.
pub(crate) fn is_ignored_whole(name: &str) -> Option<Reason> {
    match name {
        "target" | "__MACOSX" | "__pycache__" | "Thumbs.db" | "desktop.ini" => Some(Reason::LeftBehind),
        hidden if hidden.starts_with('.') => Some(Reason::Hidden),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(items: &[(&str, Kind)]) -> Vec<Item> {
        let item = |(position, (name, kind)): (usize, &(&str, Kind))| Item {
            name: name.as_bytes().to_vec(),
            kind: *kind,
            size: 0,
            position,
        };
        items.iter().enumerate().map(item).collect()
    }

    fn refused(all: &[(&str, Kind)]) -> Refusal {
        vet(items(all)).unwrap_err()
    }

    #[test]
    fn one_bad_item_refuses_all() {
        let link = refused(&[("src/main.rs", Kind::File), ("notes", Kind::SymbolicLink)]);
        assert_eq!(link, Refusal::SymbolicLink("notes".to_owned()));
        assert!(matches!(refused(&[("a", Kind::HardLink)]), Refusal::HardLink(_)));
        assert!(matches!(refused(&[("a", Kind::Special)]), Refusal::Special(_)));
        assert!(matches!(refused(&[(".git/../../a", Kind::File)]), Refusal::ParentFolder(_)));
    }

    #[test]
    fn the_icon_of_a_folder_is_ignored_for_all_that_is_odd_about_it() {
        let all =
            [("x/Icon\r", Kind::File), ("__MACOSX/x/._Icon\r", Kind::File), ("x/src/main.rs", Kind::File)];
        let vetted = vet(items(&all)).unwrap();
        let ignored: Vec<_> = vetted.ignored.iter().map(|ignored| ignored.path.as_str()).collect();
        assert_eq!((ignored, vetted.files.len()), (vec!["__MACOSX/", "x/Icon"], 1));
        assert!(matches!(refused(&[("../Icon\r", Kind::File)]), Refusal::ParentFolder(_)));
        assert!(matches!(refused(&[("main.rs\r", Kind::File)]), Refusal::OddName(_)));
    }

    #[test]
    fn paths_that_are_the_same_on_some_machine_are_refused() {
        assert!(matches!(refused(&[("a", Kind::File), ("./a", Kind::File)]), Refusal::Duplicate(..)));
        assert!(matches!(
            refused(&[("src/A.rs", Kind::File), ("SRC/a.rs", Kind::File)]),
            Refusal::Duplicate(..)
        ));
        assert!(matches!(refused(&[("a/b", Kind::File), ("A", Kind::File)]), Refusal::FileAndFolder(_)));
    }

    #[test]
    fn folders_that_never_count_are_ignored_with_all_that_is_in_them() {
        let all = [
            ("x/target/debug/deps/a", Kind::HardLink),
            ("x/target/debug/b", Kind::File),
            ("x/.git", Kind::Folder),
            ("x/.git/config", Kind::File),
            ("x/src/main.rs", Kind::File),
        ];
        let vetted = vet(items(&all)).unwrap();
        let ignored: Vec<_> =
            vetted.ignored.iter().map(|ignored| (ignored.path.as_str(), ignored.reason)).collect();
        assert_eq!(ignored, [("x/.git/", Reason::Hidden), ("x/target/", Reason::LeftBehind)]);
        assert_eq!(vetted.files.len(), 1);
    }
}
