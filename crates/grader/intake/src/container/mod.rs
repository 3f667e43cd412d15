//! Where the files of a submission lie: in a folder, in a zip archive, in a tarball. A container names its items, and later
//! reads those that are wanted; what the names and kinds are worth is for others to judge.

mod folder;
mod tarball;
mod zip;

use crate::item::Item;
use crate::refusal::Refusal;
use model::Fault;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use zip::names as zip_names;

/// Which part of a container with a whole class in it is the submission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// All below this folder, whose name here ends in a slash; all that there is, where it is empty.
    Folder(Vec<u8>),
    /// This file.
    File(Vec<u8>),
    /// The files whose names begin like this.
    Attachments(Vec<u8>),
}

impl Scope {
    /// The name within the submission, if a name in the container belongs to it.
    pub(crate) fn name_within(&self, name: &[u8]) -> Option<Vec<u8>> {
        match self {
            Scope::Folder(folder) => name.strip_prefix(&folder[..]).map(<[u8]>::to_vec),
            Scope::File(file) if file == name => Some(name.rsplit(|byte| *byte == b'/').next()?.to_vec()),
            Scope::File(_) => None,
            Scope::Attachments(prefix) => {
                let rest = name.strip_prefix(&prefix[..])?;
                Some(crate::platform::without_number(rest).to_vec())
            }
        }
    }
}

/// A container, which is read anew each time.
#[derive(Debug)]
pub(crate) enum Container {
    /// A part of a folder.
    Folder(PathBuf, Scope),
    /// A part of an archive that holds a class.
    Export(PathBuf, Scope),
    /// The bytes of a zip archive.
    Zip(Vec<u8>),
    /// The bytes of a tarball, compressed or not.
    Tarball(Vec<u8>),
}

/// Why a container cannot be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The submission is to blame.
    Refused(Refusal),
    /// The machine is.
    Fault(Fault),
}

impl Unreadable {
    /// The same where the archive is an export. No student made that, so nobody is refused for what is wrong with it.
    fn in_export(self, archive: &Path) -> Unreadable {
        match self {
            Unreadable::Refused(
                damage @ (Refusal::Broken(_) | Refusal::Encrypted(_) | Refusal::Duplicate(..)),
            ) => Unreadable::Fault(Fault::new(format!("{}: {damage}", archive.display()))),
            stop => stop,
        }
    }
}

impl From<Refusal> for Unreadable {
    fn from(refusal: Refusal) -> Self {
        Unreadable::Refused(refusal)
    }
}

impl From<io::Error> for Unreadable {
    /// What has a number comes from the operating system, so from the disk; the rest is said by who decodes an archive.
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Unreadable::Fault(Fault::new(format!("reading a submission: {error}"))),
            None => Unreadable::Refused(Refusal::Broken(crate::refusal::shown(error.to_string().as_bytes()))),
        }
    }
}

impl Container {
    /// The archive with these bytes, which tell its kind whatever it is called.
    pub(crate) fn archive(bytes: Vec<u8>) -> Result<Container, Refusal> {
        if tarball::is_one(&bytes) {
            Ok(Container::Tarball(bytes))
        } else if bytes.starts_with(b"PK") {
            Ok(Container::Zip(bytes))
        } else {
            Err(Refusal::Broken("it is neither a zip archive nor a tarball".to_owned()))
        }
    }

    /// All that is in it, up to a bit more than the limit.
    pub(crate) fn items(&self) -> Result<Vec<Item>, Unreadable> {
        match self {
            Container::Folder(folder, scope) => folder::items(folder, scope),
            Container::Export(archive, scope) => {
                zip::items(File::open(archive)?, scope).map_err(|stop| stop.in_export(archive))
            }
            Container::Zip(bytes) => {
                zip::count(bytes)?;
                zip::items(io::Cursor::new(bytes), &Scope::Folder(Vec::new()))
            }
            Container::Tarball(bytes) => tarball::items(bytes),
        }
    }

    /// The content of these items, each of which may have so many bytes.
    pub(crate) fn read(&self, wanted: &[&Item], limit: u64) -> Result<Vec<Vec<u8>>, Unreadable> {
        match self {
            Container::Folder(folder, scope) => {
                wanted.iter().map(|item| folder::read(folder, scope, item, limit)).collect()
            }
            Container::Export(archive, _) => {
                zip::read(File::open(archive)?, wanted, limit).map_err(|stop| stop.in_export(archive))
            }
            Container::Zip(bytes) => zip::read(io::Cursor::new(bytes), wanted, limit),
            Container::Tarball(bytes) => tarball::read(bytes, wanted, limit),
        }
    }
}

/// Reads to the end, which must come within the limit, whatever size was claimed.
fn read_within(reader: impl io::Read, limit: u64) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(reader, limit + 1), &mut bytes)?;
    if bytes.len() as u64 > limit { Err(Refusal::TooLarge(limit).into()) } else { Ok(bytes) }
}
