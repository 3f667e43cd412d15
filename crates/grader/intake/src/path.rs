//! Decides whether a path from a submission can be used at all, and gives its canonical form.

use crate::limits;
use crate::refusal::{Refusal, shown};

/// The path in its canonical form: relative, its parts separated by single slashes, without `.`; empty for the folder itself.
pub(crate) fn vet(raw: &[u8]) -> Result<String, Refusal> {
    let shown = || shown(raw);
    let Ok(text) = str::from_utf8(raw) else { return Err(Refusal::NameNotText(shown())) };
    if text.chars().any(is_odd) {
        return Err(Refusal::OddName(shown()));
    }
    if text.starts_with('/') || has_drive(text) {
        return Err(Refusal::AbsolutePath(shown()));
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(Refusal::ParentFolder(shown()));
    }
    let path = parts.join("/");
    if path.len() > limits::PATH || parts.iter().any(|part| part.len() > limits::NAME) {
        return Err(Refusal::LongName(shown()));
    }
    Ok(path)
}

/// `C:` at the beginning, as in absolute paths of Windows.
fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// Control characters; the backslash, which separates paths elsewhere; and characters that are invisible or change the direction of the
/// text around them (General Punctuation in the Unicode standard, and the byte order mark).
fn is_odd(c: char) -> bool {
    c.is_control()
        || c == '\\'
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// All folders that contain a path, the outermost first, without the submission's own: `a`, `a/b` for `a/b/c`.
pub(crate) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usable_path_gets_its_one_form() {
        for path in ["src/main.rs", "./src/main.rs", "src//main.rs", "src/./main.rs"] {
            assert_eq!(vet(path.as_bytes()).as_deref(), Ok("src/main.rs"));
        }
        assert_eq!(vet(b"./").as_deref(), Ok(""));
        assert_eq!(vet("grüße.rs".as_bytes()).as_deref(), Ok("grüße.rs"));
    }

    #[test]
    fn what_leads_elsewhere_or_cannot_be_shown_is_refused() {
        let refused = |path: &[u8]| vet(path).unwrap_err();
        assert!(matches!(refused(b"/etc/passwd"), Refusal::AbsolutePath(_)));
        assert!(matches!(refused(b"c:/windows"), Refusal::AbsolutePath(_)));
        assert!(matches!(refused(b"a/../b"), Refusal::ParentFolder(_)));
        assert!(matches!(refused(b".."), Refusal::ParentFolder(_)));
        assert!(matches!(refused(b"a\n::error::b"), Refusal::OddName(_)));
        assert!(matches!(refused(b"a\0b"), Refusal::OddName(_)));
        assert!(matches!(refused("a\u{202e}sr.b".as_bytes()), Refusal::OddName(_)));
        assert!(matches!(refused(b"src\\..\\b"), Refusal::OddName(_)));
        assert!(matches!(refused(b"\xff.rs"), Refusal::NameNotText(_)));
        assert!(matches!(refused(&[b'a'; 256]), Refusal::LongName(_)));
        assert!(matches!(refused(&b"a/".repeat(600)), Refusal::LongName(_)));
    }
}
