//! Zip archives. The central directory at the end has all names and sizes, so nothing unwanted is ever unpacked.

use super::{Scope, Unreadable, read_within};
use crate::item::{Item, Kind};
use crate::limits;
use crate::refusal::{Refusal, shown};
use std::borrow::Cow;
use std::io::{self, Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// The type of a file in its Unix mode (inode(7)), which a zip archive may contain.
const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// Refuses an archive whose directory alone would fill the memory, before it is read. It counts the marks that begin the entries of a
/// directory.
pub(super) fn count(bytes: &[u8]) -> Result<(), Refusal> {
    let entries = memchr::memmem::find_iter(bytes, b"PK\x01\x02").count();
    if entries > limits::ITEMS { Err(Refusal::TooMany(limits::ITEMS)) } else { Ok(()) }
}

/// Everything that belongs to the submission.
pub(super) fn items(archive: impl Read + Seek, scope: &Scope) -> Result<Vec<Item>, Unreadable> {
    let archive = open(archive)?;
    let (mut items, mut packed, mut unpacked) = (Vec::new(), 0_u64, 0_u64);
    for position in 0..archive.len() {
        let entry = archive.by_index_data(position).map_err(unreadable)?;
        let Some(name) = scope.name_within(&name(entry.name().map_err(unreadable)?)) else { continue };
        let kind = match entry.unix_mode().map_or(0, |mode| mode & TYPE) {
            LINK => Kind::SymbolicLink,
            FOLDER => Kind::Folder,
            0 | REGULAR if entry.is_dir() => Kind::Folder,
            0 | REGULAR => Kind::File,
            _ => Kind::Special,
        };
        packed = packed.saturating_add(entry.compressed_size());
        unpacked = unpacked.saturating_add(entry.size());
        items.push(Item { name, kind, size: entry.size(), position });
        if items.len() > limits::ITEMS {
            break;
        }
    }
    // The archive's own claims are enough here: `read` stops at the limit of what is taken.
    if unpacked > limits::RATIO_FROM && unpacked / packed.max(1) > limits::RATIO {
        return Err(Refusal::Bomb.into());
    }
    Ok(items)
}

/// The content of these items.
pub(super) fn read(
    archive: impl Read + Seek,
    wanted: &[&Item],
    limit: u64,
) -> Result<Vec<Vec<u8>>, Unreadable> {
    let mut archive = open(archive)?;
    wanted.iter().map(|item| read_one(&mut archive, item, limit)).collect()
}

fn read_one<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    item: &Item,
    limit: u64,
) -> Result<Vec<u8>, Unreadable> {
    let file = archive.by_index(item.position).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Refusal::Encrypted(shown(&item.name)).into()
        }
        error => unreadable(error),
    })?;
    // The library reports an error if there are more bytes than the directory claims.
    read_within(file, limit)
}

/// The names of all files and folders of an archive. The names of folders end in a slash.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn names(archive: impl Read + Seek) -> io::Result<Vec<Vec<u8>>> {
    let archive = ZipArchive::new(archive)?;
    if archive.has_duplicate_names() {
        return Err(io::Error::other("it has two files of the same name"));
    }
    (0..archive.len()).map(|position| Ok(name(archive.by_index_data(position)?.name()?))).collect()
}

fn open<R: Read + Seek>(archive: R) -> Result<ZipArchive<R>, Unreadable> {
    let archive = ZipArchive::new(archive).map_err(unreadable)?;
    if archive.has_duplicate_names() {
        // The library keeps one entry for each name and drops the others.
        let twice = "a file of it".to_owned();
        return Err(Refusal::Duplicate(twice.clone(), twice).into());
    }
    Ok(archive)
}

/// A name in UTF-8. The library takes any other name for code page 437, in which older Windows programs write names (APPNOTE D.1). Some of
/// them separate paths by backslashes, which the format does not allow (APPNOTE 4.4.17.1).
fn name(read: Cow<str>) -> Vec<u8> {
    read.replace('\\', "/").into_bytes()
}

fn unreadable(error: ZipError) -> Unreadable {
    match error {
        ZipError::Io(error) => error.into(),
        error => Refusal::Broken(shown(error.to_string().as_bytes())).into(),
    }
}
