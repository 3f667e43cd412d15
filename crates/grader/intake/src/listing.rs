//! Which submissions there are: in a folder, in an archive as platforms export them, or by a list.

use crate::container::{Scope, zip_names};
use crate::entry::{Entry, Place};
use crate::naming;
use crate::platform;
use crate::selection::is_archive;
use crate::vetting;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Why there is no list of submissions; the instructor can mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    path: PathBuf,
    message: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for ListError {}

/// All submissions of a class, in order of their original names. The source is
///
/// - a folder with a folder or an archive (`.zip`, `.tar.gz`, `.tgz`) for each; other files count if a platform named them as
///   one student's, see `platform`;
/// - a `.zip` that holds such a folder's content, with a single folder around it at most;
/// - a `.csv` with the heading `name,path`, where paths are seen from the list's own folder.
///
/// No submission is looked into, so that thousands cost no more than their names.
///
/// # Errors
/// When the source cannot be read, holds nothing, or a list is wrong.
pub fn list(source: &Path) -> Result<Vec<Entry>, ListError> {
    let wrong = |message: String| ListError { path: source.to_owned(), message };
    let failed = |error: io::Error| wrong(error.to_string());
    let ending = source.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let found = if fs::metadata(source).map_err(failed)?.is_dir() {
        folder(source).map_err(failed)?
    } else if ending == "zip" {
        export(source).map_err(failed)?
    } else if ending == "csv" {
        listed(source).map_err(wrong)?
    } else {
        return Err(wrong("it is neither a folder, nor a .zip, nor a .csv; unpack it first".to_owned()));
    };
    if found.is_empty() {
        return Err(wrong("there is no submission in it".to_owned()));
    }
    let names = naming::names(found.iter().map(|(original, _)| original.as_str()));
    Ok(names
        .into_iter()
        .zip(found)
        .map(|(name, (original, place))| Entry { name, original, place })
        .collect())
}

/// Submissions by their original names.
type Found = Vec<(String, Place)>;

fn folder(source: &Path) -> io::Result<Found> {
    let mut children = BTreeMap::new();
    for child in fs::read_dir(source)? {
        let child = child?;
        // What a link is will be told when it is looked into.
        let is_folder = child.file_type()?.is_dir() || child.file_type()?.is_symlink();
        children.insert(child.file_name().as_bytes().to_vec(), is_folder);
    }
    Ok(scopes(children).into_iter().map(|(name, scope)| (name, place(source, false, scope))).collect())
}

fn export(source: &Path) -> io::Result<Found> {
    let paths = zip_names(File::open(source)?)?;
    let mut around = Vec::new();
    let mut children = children(&paths, &around);
    if let Some((only, true)) = children.iter().next().map(|(name, is_folder)| (name.clone(), *is_folder))
        && children.len() == 1
        && !platform::is_students_folder(&String::from_utf8_lossy(&only))
    {
        let inside = [&only[..], b"/"].concat();
        let below = self::children(&paths, &inside);
        // A folder with sources in it is a submission, and no class.
        if !below.iter().any(|(name, is_folder)| name == b"src" || !is_folder && name.ends_with(b".rs")) {
            (around, children) = (inside, below);
        }
    }
    let inside = |name: Vec<u8>| [&around[..], &name].concat();
    let place = |scope| {
        let scope = match scope {
            Scope::Folder(name) => Scope::Folder(inside(name)),
            Scope::File(name) => Scope::File(inside(name)),
            Scope::Attachments(name) => Scope::Attachments(inside(name)),
        };
        place(source, true, scope)
    };
    Ok(scopes(children).into_iter().map(|(name, scope)| (name, place(scope))).collect())
}

/// What is directly in a folder of an archive, and whether it is a folder.
fn children(paths: &[Vec<u8>], folder: &[u8]) -> BTreeMap<Vec<u8>, bool> {
    let mut children = BTreeMap::new();
    for rest in paths.iter().filter_map(|path| path.strip_prefix(folder)).filter(|rest| !rest.is_empty()) {
        let end = rest.iter().position(|byte| *byte == b'/');
        *children.entry(rest[..end.unwrap_or(rest.len())].to_vec()).or_default() |= end.is_some();
    }
    children
}

/// The submissions among the files and folders of a class.
fn scopes(children: BTreeMap<Vec<u8>, bool>) -> Vec<(String, Scope)> {
    let mut found = BTreeSet::new();
    for (bytes, is_folder) in children {
        let name = String::from_utf8_lossy(&bytes).into_owned();
        if vetting::is_ignored_whole(&name).is_some() || platform::is_typed_text(&name) {
            continue;
        }
        let prefix = platform::attachments_prefix(&name).filter(|_| !is_folder && name.as_bytes() == bytes);
        if is_folder {
            found.insert((name, Scope::Folder([&bytes[..], b"/"].concat())));
        } else if let Some(prefix) = prefix {
            found.insert((prefix.to_owned(), Scope::Attachments(prefix.as_bytes().to_vec())));
        } else if is_archive(&name) {
            found.insert((name, Scope::File(bytes)));
        }
    }
    found.into_iter().collect()
}

fn place(source: &Path, is_archive: bool, scope: Scope) -> Place {
    Place { source: source.to_owned(), is_archive, scope }
}

#[derive(Deserialize)]
struct Row {
    name: String,
    path: PathBuf,
}

/// The submissions that a list names.
fn listed(source: &Path) -> Result<Found, String> {
    let failed = |error: csv::Error| error.to_string();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(source).map_err(failed)?;
    let headers = reader.headers().map_err(failed)?;
    if !["name", "path"].iter().all(|column| headers.iter().any(|header| header == *column)) {
        return Err("its first line must be name,path".to_owned());
    }
    let base = source.parent().unwrap_or(Path::new(""));
    let mut found = BTreeMap::new();
    for (index, row) in reader.deserialize().enumerate() {
        let row: Row = row.map_err(failed)?;
        let wrong = |what: String| format!("row {}: {what}", index + 1);
        let path = base.join(&row.path);
        let kind =
            fs::symlink_metadata(&path).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
        let scope = match path.file_name() {
            _ if kind.is_dir() => Scope::Folder(Vec::new()),
            Some(name) => Scope::File(name.as_bytes().to_vec()),
            None => return Err(wrong(format!("{} is no file", path.display()))),
        };
        let folder = if kind.is_dir() { &path } else { path.parent().unwrap_or(base) };
        if found.insert(row.name.clone(), place(folder, false, scope)).is_some() {
            return Err(wrong(format!("{} is there twice", row.name)));
        }
    }
    Ok(found.into_iter().collect())
}
