//! A folder on the instructor's disk. It may have been unpacked from an archive, so links in it may lead anywhere.

use super::{Scope, Unreadable, read_within};
use crate::item::{Item, Kind};
use crate::limits;
use crate::vetting;
use model::Fault;
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Everything that belongs to the submission. Folders that are ignored as a whole are not entered.
pub(super) fn items(folder: &Path, scope: &Scope) -> Result<Vec<Item>, Unreadable> {
    let mut items = Vec::new();
    let mut add = |name: Vec<u8>, data: &Metadata, owner: u32| {
        let position = items.len();
        items.push(Item { name, kind: kind(data, owner), size: data.len(), position });
        items.len() <= limits::ITEMS
    };
    let owner = owner(folder)?;
    match scope {
        Scope::Folder(name) => {
            let top = folder.join(OsStr::from_bytes(name.strip_suffix(b"/").unwrap_or(name)));
            let data = fs::symlink_metadata(&top).map_err(|error| fault(&top, &error))?;
            if data.is_dir() {
                walk(&top, &[], &mut add)?;
            } else {
                add(name.clone(), &data, owner);
            }
        }
        Scope::File(name) => {
            let file = folder.join(OsStr::from_bytes(name));
            let data = fs::symlink_metadata(&file).map_err(|error| fault(&file, &error))?;
            let within = scope.name_within(name);
            add(within.unwrap_or_else(|| name.clone()), &data, owner);
        }
        Scope::Attachments(_) => {
            for (name, data) in children(folder)? {
                if let Some(within) = scope.name_within(&name) {
                    add(within, &data, owner);
                }
            }
        }
    }
    Ok(items)
}

/// Takes a name, its metadata, and the owner of its folder. Returns whether more are wanted.
type Add<'a> = dyn FnMut(Vec<u8>, &Metadata, u32) -> bool + 'a;

/// Names everything below a folder, as long as more is wanted.
fn walk(folder: &Path, before: &[u8], add: &mut Add) -> Result<bool, Unreadable> {
    let owner = owner(folder)?;
    for (name, data) in children(folder)? {
        let within = [before, &name].concat();
        if !add(within.clone(), &data, owner) {
            return Ok(false);
        }
        let is_entered =
            data.is_dir() && vetting::is_ignored_whole(&String::from_utf8_lossy(&name)).is_none();
        // A path that is too long is refused when its name is checked.
        if is_entered && within.len() <= limits::PATH {
            let below = folder.join(OsStr::from_bytes(&name));
            if !walk(&below, &[&within[..], b"/"].concat(), add)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The direct entries of a folder, in order of their names.
fn children(folder: &Path) -> Result<Vec<(Vec<u8>, Metadata)>, Fault> {
    let read = || {
        let entries = fs::read_dir(folder)?;
        // Neither call follows links.
        entries
            .map(|entry| {
                entry.and_then(|entry| Ok((entry.file_name().as_bytes().to_vec(), entry.metadata()?)))
            })
            .collect::<io::Result<Vec<_>>>()
    };
    let mut children = read().map_err(|error| fault(folder, &error))?;
    children.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(children)
}

fn owner(folder: &Path) -> Result<u32, Fault> {
    fs::metadata(folder).map(|data| data.uid()).map_err(|error| fault(folder, &error))
}

/// The kind of an entry in a folder with this owner. A file with several names is normal if the folder's owner owns it too. Copies by
/// instructors are made like that (`rsync --link-dest`, `cp --link`, tools that find duplicates), and an owner could have put a copy there.
/// In a folder that students can write to, a file of another owner may be one that only the grader can read. Against such links to files of
/// the folder's owner there is fs.protected_hardlinks in proc(5).
fn kind(data: &Metadata, folder_owner: u32) -> Kind {
    match data.file_type() {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_symlink() => Kind::SymbolicLink,
        kind if kind.is_file() && data.nlink() > 1 && data.uid() != folder_owner => Kind::HardLink,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Special,
    }
}

/// Reads a file. If it has become a link or a pipe since it was listed, the link is not followed and the pipe is not waited for.
pub(super) fn read(folder: &Path, scope: &Scope, item: &Item, limit: u64) -> Result<Vec<u8>, Unreadable> {
    let (folder, name) = match scope {
        Scope::Folder(top) => (folder.join(OsStr::from_bytes(top)), item.name.clone()),
        Scope::File(name) => (folder.to_owned(), name.clone()),
        Scope::Attachments(_) => (folder.to_owned(), attachment(folder, scope, item)?),
    };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let open = || {
        let mut at =
            openat(CWD, &folder, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY, Mode::empty())?;
        for part in name.split(|byte| *byte == b'/') {
            at = openat(&at, part, flags, Mode::empty())?;
        }
        Ok::<_, io::Error>(File::from(at))
    };
    let file = open().map_err(|error| fault(&folder.join(OsStr::from_bytes(&name)), &error))?;
    read_within(file, limit)
}

/// The whole name of an attachment.
fn attachment(folder: &Path, scope: &Scope, item: &Item) -> Result<Vec<u8>, Fault> {
    let same = |name: &Vec<u8>| scope.name_within(name).as_ref() == Some(&item.name);
    let found = children(folder)?.into_iter().map(|(name, _)| name).find(same);
    found.ok_or_else(|| {
        Fault::new(format!("{} has gone from {}", crate::refusal::shown(&item.name), folder.display()))
    })
}

fn fault(path: &Path, error: &io::Error) -> Fault {
    Fault::new(format!("{}: {error}", path.display()))
}

impl From<Fault> for Unreadable {
    fn from(fault: Fault) -> Self {
        Unreadable::Fault(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_name_of_a_file_counts_where_the_folder_is_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one.rs", "two.rs"].map(|name| folder.path().join(name));
        fs::write(&one, "").unwrap();
        let of = |folder_owner| kind(&fs::symlink_metadata(&one).unwrap(), folder_owner);
        let owner = owner(folder.path()).unwrap();
        assert_eq!([of(owner), of(owner + 1)], [Kind::File, Kind::File]);
        fs::hard_link(&one, two).unwrap();
        assert_eq!([of(owner), of(owner + 1)], [Kind::File, Kind::HardLink]);
    }
}
