//! Lists the submissions in a folder, in an archive as platforms export it, or in a list.

mod membership;

use crate::container::{Scope, zip_names};
use crate::entry::{Entry, Place};
use crate::naming;
use crate::platform;
use crate::refusal::Ignored;
use membership::{Members, members};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Why there is no list of submissions. The instructor can correct it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", .path.display())]
pub struct ListError {
    path: PathBuf,
    message: String,
}

/// What a class has handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// All submissions, in order of their original names; at least one.
    pub entries: Vec<Entry>,
    /// What else is beside them, so that nothing disappears without a word.
    pub ignored: Vec<Ignored>,
}

/// Lists a class. The source is one of these:
///
/// - a folder with a folder or an archive for each submission; a file of another kind is a submission too, unless its name says
///   that it is not (see `membership`); files that a platform named as one student's are one submission (see `platform`);
/// - a `.zip` with the content of such a folder, and at most a single folder around it;
/// - a `.csv` with the heading `name,path`, where paths are relative to the list's own folder.
///
/// No submission is opened, so thousands cost no more than their names.
///
/// # Errors
/// When the source cannot be read, is empty, or a list is wrong.
pub fn list(source: &Path) -> Result<Listing, ListError> {
    let wrong = |message: String| ListError { path: source.to_owned(), message };
    let failed = |error: io::Error| wrong(error.to_string());
    let ending = source.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let (found, ignored) = if fs::metadata(source).map_err(failed)?.is_dir() {
        folder(source).map_err(failed)?
    } else if ending == "zip" {
        export(source).map_err(failed)?
    } else if ending == "csv" {
        (listed(source).map_err(wrong)?, Vec::new())
    } else {
        return Err(wrong("it is neither a folder, nor a .zip, nor a .csv; unpack it first".to_owned()));
    };
    if found.is_empty() {
        return Err(wrong("there is no submission in it".to_owned()));
    }
    let names = naming::names(found.iter().map(|(original, _)| original.as_str()));
    let entry = |(name, (original, place))| Entry { name, original, place };
    Ok(Listing { entries: names.into_iter().zip(found).map(entry).collect(), ignored })
}

/// Submissions by their original names.
type Found = Vec<(String, Place)>;

fn folder(source: &Path) -> io::Result<(Found, Vec<Ignored>)> {
    let mut children = BTreeMap::new();
    for child in fs::read_dir(source)? {
        let child = child?;
        // A link is reported when the submission is opened.
        let is_folder = child.file_type()?.is_dir() || child.file_type()?.is_symlink();
        children.insert(child.file_name().as_bytes().to_vec(), is_folder);
    }
    let Members { submissions, ignored } = members(children);
    let place = |(name, scope)| (name, place(source, false, scope));
    Ok((submissions.into_iter().map(place).collect(), ignored))
}

fn export(source: &Path) -> io::Result<(Found, Vec<Ignored>)> {
    let paths = zip_names(File::open(source)?)?;
    let mut found = members(children(&paths, b""));
    let mut around = Vec::new();
    if let Some(folder) = class_folder(&found) {
        let below = children(&paths, &folder);
        // A folder with sources in it is a submission, not a class.
        if !below.iter().any(|(name, is_folder)| name == b"src" || !is_folder && name.ends_with(b".rs")) {
            let Members { submissions, ignored } = members(below);
            found = Members { submissions, ignored: [found.ignored, ignored].concat() };
            around = folder;
        }
    }
    let inside = |name: Vec<u8>| [&around[..], &name].concat();
    let place = |(name, scope)| {
        let scope = match scope {
            Scope::Folder(name) => Scope::Folder(inside(name)),
            Scope::File(name) => Scope::File(inside(name)),
            Scope::Attachments(name) => Scope::Attachments(inside(name)),
        };
        (name, place(source, true, scope))
    };
    Ok((found.submissions.into_iter().map(place).collect(), found.ignored))
}

/// The folder that may hold the class: the only one in the archive, unless it has the name that a platform gives to a student's folder.
fn class_folder(found: &Members) -> Option<Vec<u8>> {
    let mut submissions = found.submissions.iter();
    match (submissions.next(), submissions.next()) {
        (Some((name, Scope::Folder(folder))), None) if !platform::is_students_folder(name) => {
            Some(folder.clone())
        }
        _ => None,
    }
}

/// The direct entries of a folder in an archive, and whether each is a folder.
fn children(paths: &[Vec<u8>], folder: &[u8]) -> BTreeMap<Vec<u8>, bool> {
    let mut children = BTreeMap::new();
    for rest in paths.iter().filter_map(|path| path.strip_prefix(folder)).filter(|rest| !rest.is_empty()) {
        let end = memchr::memchr(b'/', rest);
        *children.entry(rest[..end.unwrap_or(rest.len())].to_vec()).or_default() |= end.is_some();
    }
    children
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
