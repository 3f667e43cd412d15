//! Which of the files and folders of a class are submissions. The others are reported, each with the reason: a missing name in a list of
//! marks is easily overlooked.

use crate::container::Scope;
use crate::platform;
use crate::refusal::{Ignored, Reason, shown};
use crate::vetting;
use std::collections::{BTreeMap, BTreeSet};

/// Extensions of files beside submissions: notes and scripts of platforms and instructors. Files without an extension count as such too.
/// All others were handed in, perhaps in a form that cannot be read; then their row says so.
const NOTES: [&str; 14] =
    ["csv", "html", "json", "lock", "log", "md", "ods", "pdf", "sh", "toml", "txt", "xlsx", "yaml", "yml"];

/// What a class consists of.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// The submissions, by their original names.
    pub(super) submissions: BTreeSet<(String, Scope)>,
    /// What else is there.
    pub(super) ignored: Vec<Ignored>,
}

/// Divides the files and folders of a class. The flag says whether an entry is a folder.
pub(super) fn members(children: BTreeMap<Vec<u8>, bool>) -> Members {
    let names: Vec<String> = children.keys().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let with_files = names.iter().filter(|name| platform::is_files(name));
    let with_files: BTreeSet<&str> = with_files.map(|name| platform::student(name)).collect();
    let is_named_file =
        |(name, (bytes, is_folder)): &(&String, (&Vec<u8>, &bool))| !**is_folder && name.as_bytes() == *bytes;
    let files = names.iter().zip(&children).filter(is_named_file);
    let prefixes = prefixes(files.map(|(name, _)| name.as_str()));
    let mut members = Members::default();
    for (name, (bytes, is_folder)) in names.iter().zip(children) {
        let prefix = prefixes.get(name.as_str()).copied().filter(|_| !is_folder);
        let reason = left_over(name, is_folder).or_else(|| match platform::is_typed_text(name) {
            true => with_files.contains(platform::student(name)).then_some(Reason::TypedText),
            false => (!is_folder && prefix.is_none() && is_note(name)).then_some(Reason::NoSubmission),
        });
        if let Some(reason) = reason {
            let slash = if is_folder { "/" } else { "" };
            members.ignored.push(Ignored { path: shown(&bytes) + slash, reason });
            continue;
        }
        members.submissions.insert(match prefix {
            Some(prefix) => (prefix.to_owned(), Scope::Attachments(prefix.as_bytes().to_vec())),
            None if is_folder => (name.clone(), Scope::Folder([&bytes[..], b"/"].concat())),
            None => (name.clone(), Scope::File(bytes)),
        });
    }
    members
}

/// The common beginning of the names of each student's attachments.
///
/// Canvas gives each attachment of a student a different name, and a class has more than one student. If that does not hold, somebody has
/// chosen names that look alike, `hw_3_1001_echo-server.rs`. Then the second number may be the student's.
fn prefixes<'a>(files: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, &'a str> {
    let mut students: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in files {
        if let Some(prefix) = platform::attachments_prefix(name) {
            students.entry(prefix).or_default().push(name);
        }
    }
    let is_alone = students.len() == 1;
    let mut prefixes = BTreeMap::new();
    for (prefix, names) in students {
        let upload = |name: &'a str| platform::upload_prefix(name, prefix);
        let uploads: BTreeSet<&str> = names.iter().map(|name| upload(name)).collect();
        let files: BTreeSet<String> =
            names.iter().map(|name| name[upload(name).len()..].to_lowercase()).collect();
        let are_several = files.len() < names.len() || is_alone && uploads.len() > 1;
        prefixes.extend(names.iter().map(|name| (*name, if are_several { upload(name) } else { prefix })));
    }
    prefixes
}

/// Whether it is ignored wherever it is. Cargo's folder `target` is not ignored here: it may be somebody's name.
fn left_over(name: &str, is_folder: bool) -> Option<Reason> {
    vetting::is_ignored_whole(name).filter(|_| !is_folder || name != "target")
}

fn is_note(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_none_or(|ending| NOTES.contains(&ending.as_str()))
}
