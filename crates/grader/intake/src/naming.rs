//! Names for files, made from the names that students and platforms gave.

use crate::archive;
use crate::platform;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

const LONGEST: usize = 80;

/// A name for each of the originals: ASCII, valid on any file system, and unique even if case does not matter. If two originals give the
/// same name, a part of their hash makes the names differ, so the order in which they are found does not matter.
pub(crate) fn names<'a>(originals: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for original in originals.clone() {
        *counts.entry(plain(original).to_lowercase()).or_default() += 1;
    }
    let mut given = HashSet::new();
    let name = |original: &'a str| {
        let plain = plain(original);
        let hash = hash(original);
        let is_alone = counts.get(&plain.to_lowercase()) == Some(&1);
        let longer = (8..=hash.len()).step_by(4).map(|length| format!("{plain}-{}", &hash[..length]));
        let mut candidates = is_alone.then(|| plain.clone()).into_iter().chain(longer);
        candidates.find(|name| given.insert(name.to_lowercase())).unwrap_or(plain)
    };
    originals.map(name).collect()
}

/// The part of the original that a file's name may contain.
fn plain(original: &str) -> String {
    let student = platform::student(archive::stem(original));
    let mut name = String::new();
    for c in deunicode::deunicode(student).chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') => name.push(c),
            _ if !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_matches(['-', '.', '_']);
    if name.is_empty() { "submission".to_owned() } else { name.to_owned() }
}

fn hash(original: &str) -> String {
    Sha256::digest(original.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(originals: &[&str]) -> Vec<String> {
        names(originals.iter().copied())
    }

    #[test]
    fn a_name_is_what_can_be_written_of_the_original() {
        assert_eq!(of(&["Jürgen Müller_12345_assignsubmission_file_"]), ["Jurgen-Muller_12345"]);
        assert_eq!(of(&["alice.zip", "bob.TAR.GZ", "carol.rar"]), ["alice", "bob", "carol"]);
        assert_eq!(of(&["../../etc", ".hidden", "\n", "-rf"]), ["etc", "hidden", "submission", "rf"]);
    }

    #[test]
    fn names_that_clash_are_told_apart_whatever_their_order() {
        let names = of(&["alice.zip", "Alice", "alice"]);
        let folded: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(folded.len(), 3, "{names:?}");
        let mut turned = of(&["alice", "Alice", "alice.zip"]);
        turned.reverse();
        assert_eq!(names, turned);
    }

    #[test]
    fn who_takes_anothers_name_does_not_get_it() {
        let first = of(&["alice.zip", "alice"]);
        let originals = [first[0].as_str(), "alice.zip", "alice"];
        let names = of(&originals);
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 3, "{names:?}");
    }
}
