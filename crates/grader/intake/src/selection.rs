//! Finds the lab's files among everything that was handed in, and says why the others do not count.

mod layout;

use crate::archive;
use crate::item::Item;
use crate::limits;
use crate::path;
use crate::refusal::{Ignored, Reason, Refusal};
use crate::settings::{self, SETTINGS};
use crate::vetting::{File, Vetted};
use layout::{Kind, Layout};
use model::Lab;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What to do with a container.
#[derive(Debug)]
pub(crate) enum Selection<'a> {
    /// These files are taken, with the paths that they get.
    Files(BTreeMap<String, &'a Item>),
    /// The submission is in this archive.
    Archive(&'a Item),
}

/// Selects the lab's files, and adds what is ignored.
pub(crate) fn select<'a>(
    lab: &Lab,
    vetted: &'a Vetted,
    ignored: &mut BTreeSet<Ignored>,
) -> Result<Selection<'a>, Refusal> {
    ignored.extend(vetted.ignored.iter().cloned());
    let Some(layout) = layout::find(lab, &vetted.files)? else {
        let archive = only_archive(&vetted.files)?;
        let others = vetted.files.iter().filter(|file| archive.is_none_or(|it| it.path != file.path));
        ignored.extend(reasons(others, &HashSet::new()));
        return Ok(match archive {
            Some(archive) => Selection::Archive(&archive.item),
            None => Selection::Files(BTreeMap::new()),
        });
    };
    let mut taken: BTreeMap<String, &File> = BTreeMap::new();
    let mut others = Vec::new();
    for file in &vetted.files {
        match destination(lab, &layout, &file.path) {
            None => others.push(file),
            Some(_) if file.item.size > limits::FILE => {
                ignored.insert(Ignored { path: file.path.clone(), reason: Reason::Large });
            }
            Some(path) => {
                if let Some(other) = taken.insert(path, file) {
                    return Err(Refusal::Ambiguous(other.path.clone(), file.path.clone()));
                }
            }
        }
    }
    if layout.kind == Kind::OtherLanguage && !taken.contains_key(SETTINGS) {
        // Without its settings, the submission would be taken for a Rust one.
        return Err(settings::too_large());
    }
    within_limits(&taken)?;
    let folders = taken.values().flat_map(|file| path::ancestors(&file.path)).collect();
    ignored.extend(reasons(others.into_iter(), &folders));
    Ok(Selection::Files(taken.into_iter().map(|(path, file)| (path, &file.item)).collect()))
}

/// The archive to open, if there can be only one.
fn only_archive(files: &[File]) -> Result<Option<&File>, Refusal> {
    let near = || files.iter().filter(|file| depth(&file.path) <= limits::WRAPPING);
    let mut opened = near().filter(|file| archive::is_opened(&file.path));
    match (opened.next(), opened.next()) {
        (Some(only), None) => Ok(Some(only)),
        (Some(_), Some(_)) => Ok(None),
        (None, _) => match near().find(|file| archive::is_other(&file.path)) {
            Some(other) => Err(Refusal::OtherArchive(other.path.clone())),
            None => Ok(None),
        },
    }
}

/// The path that a file gets in the lab's folder, if it is taken.
fn destination(lab: &Lab, layout: &Layout, path: &str) -> Option<String> {
    let rest = layout.within(path)?;
    let is_source = rest.ends_with(".rs");
    let is_document = lab.document == Some(rest);
    match layout.kind {
        Kind::OtherLanguage => Some(rest.to_owned()),
        Kind::Crate => (is_document || is_source && rest.starts_with("src/")).then(|| rest.to_owned()),
        Kind::Sources => is_source.then(|| format!("src/{rest}")).or(is_document.then(|| rest.to_owned())),
        Kind::Bare if is_document => Some(rest.to_owned()),
        Kind::Bare if rest == "lib.rs" => Some("src/lib.rs".to_owned()),
        Kind::Bare => layout::program(lab, rest).map(|program| lab.source_file(program)),
    }
}

fn within_limits(taken: &BTreeMap<String, &File>) -> Result<(), Refusal> {
    let bytes: u64 = taken.values().map(|file| file.item.size).sum();
    if taken.len() > limits::FILES {
        Err(Refusal::TooMany(limits::FILES))
    } else if bytes > limits::TAKEN {
        Err(Refusal::TooLarge(limits::TAKEN))
    } else {
        Ok(())
    }
}

/// Why files are not taken. For a folder from which nothing is taken, only the folder is reported.
fn reasons<'a>(files: impl Iterator<Item = &'a File>, taken_from: &HashSet<&str>) -> BTreeSet<Ignored> {
    let reason =
        |file: &'a File| match path::ancestors(&file.path).find(|folder| !taken_from.contains(folder)) {
            Some(folder) => Ignored { path: format!("{folder}/"), reason: Reason::NothingInIt },
            None => Ignored { path: file.path.clone(), reason: reason(path::file_name(&file.path)) },
        };
    files.map(reason).collect()
}

fn reason(name: &str) -> Reason {
    match name {
        "Cargo.toml" | "Cargo.lock" => Reason::Manifest,
        "build.rs" => Reason::BuildScript,
        "rust-toolchain" | "rust-toolchain.toml" => Reason::Toolchain,
        _ if name.ends_with(".rs") => Reason::NoProgram,
        _ if archive::is_opened(name) => Reason::Archive,
        _ if archive::is_other(name) => Reason::OtherArchive,
        _ => Reason::NotAsked,
    }
}

/// How many folders contain a file.
fn depth(path: &str) -> usize {
    path::ancestors(path).count()
}
