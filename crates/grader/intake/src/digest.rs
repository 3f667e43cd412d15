//! One number for the content of files, above all of a submission: the same content has the same number, however it was packed.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// SHA-256 over files: their paths and contents, in order of the paths.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these files.
    pub fn of(files: &BTreeMap<String, Vec<u8>>) -> Digest {
        let mut hash = Sha256::new();
        for (path, content) in files {
            // With the length before each part, no two sets of files give the same bytes.
            for part in [path.as_bytes(), content] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        Digest(hash.finalize().into())
    }

    /// A number that is distributed evenly over different digests.
    pub fn number(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_between_names_and_contents_count() {
        let digest = |path: &str, content: &str| {
            Digest::of(&BTreeMap::from([(path.to_owned(), content.as_bytes().to_vec())]))
        };
        assert_ne!(digest("ab", "c"), digest("a", "bc"));
        assert_eq!(digest("a", "b"), digest("a", "b"));
        let nothing = Digest::of(&BTreeMap::new()).to_string();
        assert_eq!(nothing, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
