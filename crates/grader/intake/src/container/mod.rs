//! The containers of a submission's files: a folder, a zip archive, a tarball. A container names its items, and later reads those that are
//! wanted. It does not judge the names and kinds.

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

/// The part of a container with a whole class that is one submission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// Everything below this folder. Its name here ends in a slash; an empty name means everything in the container.
    Folder(Vec<u8>),
    /// This file.
    File(Vec<u8>),
    /// The files whose names begin with this.
    Attachments(Vec<u8>),
}

impl Scope {
    /// The name relative to the submission, if a name in the container belongs to it.
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

/// A container. It is read anew each time.
#[derive(Debug)]
pub(crate) enum Container {
    /// A part of a folder.
    Folder(PathBuf, Scope),
    /// A part of an archive that contains a class.
    Export(PathBuf, Scope),
    /// The bytes of a zip archive.
    Zip(Vec<u8>),
    /// The bytes of a tarball, compressed or not.
    Tarball(Vec<u8>),
}

/// Why a container cannot be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The submission is the reason.
    Refused(Refusal),
    /// The machine is the reason.
    Fault(Fault),
}

impl Unreadable {
    /// The same for an export. No student made the archive, so its errors refuse no submission.
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
    /// An error with a number comes from the operating system, so from the disk. The others come from the decoder of an archive.
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Unreadable::Fault(Fault::new(format!("reading a submission: {error}"))),
            None => Unreadable::Refused(Refusal::Broken(crate::refusal::shown(error.to_string().as_bytes()))),
        }
    }
}

impl Container {
    /// The archive with these bytes. They show its kind, whatever its name is.
    pub(crate) fn archive(bytes: Vec<u8>) -> Result<Container, Refusal> {
        if tarball::is_one(&bytes) {
            Ok(Container::Tarball(bytes))
        } else if bytes.starts_with(b"PK") {
            Ok(Container::Zip(bytes))
        } else {
            Err(Refusal::Broken("it is neither a zip archive nor a tarball".to_owned()))
        }
    }

    /// Everything in it, up to slightly more than the limit.
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

    /// The content of these items. Each may have at most `limit` bytes.
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
