//! Packs submissions: honest ones with the libraries, hostile ones by changing bytes in a way that the libraries would not write.

use intake::{Content, Entry, Refusal, Taken};
use model::{Lab, Placeholder, Program};
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const PORT: &[Placeholder] = &[Placeholder { name: "port", default: Some("3232") }];

/// A lab with two programs and a document.
pub(crate) const ECHO: Lab = Lab {
    number: 3,
    slug: "echo",
    title: "Echo",
    programs: &[
        Program { name: "echo-server", arguments: PORT },
        Program { name: "echo-client", arguments: &[Placeholder { name: "host", default: None }] },
    ],
    reference: "",
    document: Some("predictions.toml"),
};

/// A lab with one program, whose source is `src/main.rs`.
pub(crate) const CLIENT: Lab = Lab {
    number: 1,
    slug: "client",
    programs: &[Program { name: "client", arguments: PORT }],
    document: None,
    ..ECHO
};

/// A lab that asks only for a document.
pub(crate) const CONCEPTS: Lab =
    Lab { number: 0, slug: "concepts", programs: &[], document: Some("answers.toml"), ..ECHO };

/// A folder of submissions.
pub(crate) struct Class {
    folder: TempDir,
}

impl Class {
    pub(crate) fn new() -> Class {
        Class { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and the folders around it.
    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn list(&self) -> Vec<Entry> {
        intake::list(self.path()).unwrap().entries
    }

    /// Opens the only submission.
    pub(crate) fn only(&self, lab: &Lab) -> Taken {
        let entries = self.list();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries[0].take(lab).unwrap()
    }
}

/// What is taken from an archive with these bytes.
pub(crate) fn take(lab: &Lab, archive: impl AsRef<[u8]>) -> Taken {
    let class = Class::new();
    class.file("alice.zip", archive);
    class.only(lab)
}

pub(crate) fn refused(archive: impl AsRef<[u8]>) -> Refusal {
    take(&ECHO, archive).content.unwrap_err()
}

pub(crate) fn content(taken: Taken) -> Content {
    taken.content.unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// The paths that are taken.
pub(crate) fn paths(taken: Taken) -> Vec<String> {
    content(taken).files.into_keys().collect()
}

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Deflated, files)
}

/// An archive without compression, for content that would take long to compress.
pub(crate) fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Stored, files)
}

fn zip_by(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer.start_file(*path, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn tarball(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries = files.iter().map(|(path, content)| (*path, tar::EntryType::Regular, *content));
    tarball_of(&entries.collect::<Vec<_>>())
}

/// A tarball with any entries, under names that the library would not write.
pub(crate) fn tarball_of(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The archive with one text replaced by another of the same length.
pub(crate) fn replaced(mut archive: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    for at in 0..=archive.len() - from.len() {
        if archive[at..].starts_with(from) {
            archive[at..at + to.len()].copy_from_slice(to);
        }
    }
    archive
}

/// The archive with a byte changed at that distance from the beginning of each entry of the central directory.
pub(crate) fn in_directory(mut archive: Vec<u8>, distance: usize, byte: u8) -> Vec<u8> {
    for at in 0..archive.len() - 46 {
        if archive[at..].starts_with(b"PK\x01\x02") {
            archive[at + distance] = byte;
        }
    }
    archive
}
