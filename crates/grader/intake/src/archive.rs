//! Archives, recognised by their names. When an archive is opened, its first bytes say what it really is.

/// Extensions of archives that can be opened.
const OPENED: [&str; 4] = [".zip", ".tar.gz", ".tgz", ".tar"];

/// Extensions of other archives, which are never opened. Students may not know that.
const OTHERS: [&str; 12] = [
    ".rar", ".7z", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".tzst", ".gz", ".xz", ".bz2", ".zst",
];

/// Whether a file is an archive that can be opened.
pub(crate) fn is_opened(name: &str) -> bool {
    stem_before(&OPENED, name).is_some()
}

/// Whether a file is an archive of another kind.
pub(crate) fn is_other(name: &str) -> bool {
    !is_opened(name) && stem_before(&OTHERS, name).is_some()
}

/// The name without the extension of an archive.
pub(crate) fn stem(name: &str) -> &str {
    stem_before(&OPENED, name).or_else(|| stem_before(&OTHERS, name)).unwrap_or(name)
}

fn stem_before<'a>(endings: &[&str], name: &'a str) -> Option<&'a str> {
    endings.iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        name.get(at..).filter(|end| end.eq_ignore_ascii_case(ending)).map(|_| &name[..at])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_known_by_their_endings() {
        for name in ["a.zip", "a.ZIP", "a.tar.gz", "a.tgz", "a.tar"] {
            assert!(is_opened(name) && !is_other(name), "{name}");
            assert_eq!(stem(name), "a");
        }
        for name in ["a.rar", "a.7Z", "a.tar.xz", "a.tar.zst", "a.gz"] {
            assert!(!is_opened(name) && is_other(name), "{name}");
            assert_eq!(stem(name), "a");
        }
        for name in ["a.rs", "zip", "é.r", ""] {
            assert!(!is_opened(name) && !is_other(name), "{name}");
            assert_eq!(stem(name), name);
        }
    }
}
