//! One submission: its place, and what is taken from it.

use crate::container::{Container, Scope, Unreadable};
use crate::digest::Digest;
use crate::item::Item;
use crate::limits;
use crate::refusal::{Ignored, Refusal};
use crate::selection::{self, Selection};
use crate::settings::{self, SETTINGS, Settings};
use crate::vetting;
use model::{Fault, Lab};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A submission that has not been opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A name for files: ASCII letters and digits, `.`, `-` and `_`, at most 100 bytes. It is unique, and the same submission always gets
    /// the same name.
    pub name: String,
    /// Its name in the folder, the archive or the list. It comes from outside: escape it when it is shown.
    pub original: String,
    pub(crate) place: Place,
}

/// The place of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// A folder, or an archive that contains a class.
    pub(crate) source: PathBuf,
    pub(crate) is_archive: bool,
    pub(crate) scope: Scope,
}

/// The result of opening a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What is taken, or why nothing is.
    pub content: Result<Content, Refusal>,
    /// What was ignored, with the reasons, in order of the paths.
    pub ignored: Vec<Ignored>,
}

/// The files of a submission that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Their contents by their paths in the lab's folder, with `/` between the parts. Empty if nothing was found that the lab asks for. No
    /// path is absolute or contains `..`, and none is the folder of another.
    pub files: BTreeMap<String, Vec<u8>>,
    /// How the programs are built and started, if they are in another language. The settings file itself is among the files.
    pub settings: Option<Settings>,
    /// It is the same for the same files.
    pub digest: Digest,
}

impl Entry {
    /// The folder that it is or is in, or the archive that contains the class.
    pub fn source(&self) -> &Path {
        &self.place.source
    }

    /// Opens the submission and takes what the lab asks for.
    ///
    /// # Errors
    /// When the instructor's disk cannot be read, or what a platform has packed cannot be unpacked. Anything wrong with the submission
    /// itself, including its own archive, is a refusal in the result.
    pub fn take(&self, lab: &Lab) -> Result<Taken, Fault> {
        let mut ignored = BTreeSet::new();
        let content = match self.content(lab, &mut ignored) {
            Ok(content) => Ok(content),
            Err(Unreadable::Refused(refusal)) => Err(refusal),
            Err(Unreadable::Fault(fault)) => return Err(fault),
        };
        Ok(Taken { content, ignored: ignored.into_iter().collect() })
    }

    fn content(&self, lab: &Lab, ignored: &mut BTreeSet<Ignored>) -> Result<Content, Unreadable> {
        let Place { source, is_archive, scope } = self.place.clone();
        let kind = if is_archive { Container::Export } else { Container::Folder };
        let mut container = kind(source, scope);
        for _ in 0..=limits::NESTING {
            let vetted = vetting::vet(container.items()?)?;
            match selection::select(lab, &vetted, ignored)? {
                Selection::Files(wanted) => return read(lab, &container, &wanted),
                Selection::Archive(item) => {
                    let bytes = container.read(&[item], limits::ARCHIVE)?;
                    container = Container::archive(bytes.into_iter().next().unwrap_or_default())?;
                }
            }
        }
        Err(Refusal::Nested.into())
    }
}

fn read(lab: &Lab, container: &Container, wanted: &BTreeMap<String, &Item>) -> Result<Content, Unreadable> {
    let items: Vec<&Item> = wanted.values().copied().collect();
    let contents = container.read(&items, limits::FILE)?;
    if contents.iter().map(|content| content.len() as u64).sum::<u64>() > limits::TAKEN {
        // There is more than was claimed; otherwise it would have been refused before.
        return Err(Refusal::TooLarge(limits::TAKEN).into());
    }
    let files: BTreeMap<_, _> = wanted.keys().cloned().zip(contents).collect();
    let settings = files.get(SETTINGS).map(|bytes| settings::parse(bytes, lab)).transpose()?;
    let digest = Digest::of(&files);
    Ok(Content { files, settings, digest })
}
