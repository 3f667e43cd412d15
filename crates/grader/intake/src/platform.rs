//! The names that learning platforms give to what they export.
//!
//! - Moodle: a folder `Given Family_12345_assignsubmission_file_` for each student or, without folders, files that begin so;
//!   texts typed into the browser are in folders with `onlinetext` in place of `file`.
//! - Canvas: files `familygiven_123_456_name.zip`, with `_LATE` before the numbers of late ones: the student's number, then the
//!   upload's.
//! - Gradescope: folders `submission_123`, and `submission_metadata.yml` beside them.

const MOODLE: &str = "_assignsubmission_";
const FILES: &str = "_assignsubmission_file";
const TYPED: &str = "_assignsubmission_onlinetext";

/// The student's part of the name of a folder or file.
pub(crate) fn student(name: &str) -> &str {
    name.split_once(MOODLE).map_or(name, |(student, _)| student).trim_end_matches('_')
}

/// Whether Moodle gives this name to files that a student has handed in.
pub(crate) fn is_files(name: &str) -> bool {
    name.contains(FILES)
}

/// Whether Moodle gives this name to text that a student has typed into the browser.
pub(crate) fn is_typed_text(name: &str) -> bool {
    name.contains(TYPED)
}

/// Whether a folder has the name that platforms give to a student's folder.
pub(crate) fn is_students_folder(name: &str) -> bool {
    name.contains(MOODLE)
        || name
            .strip_prefix("submission_")
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// For a student's attachment: the common beginning of the names of all attachments of that student.
pub(crate) fn attachments_prefix(name: &str) -> Option<&str> {
    if let Some(at) = name.find(FILES) {
        let end = at + FILES.len() + 1;
        return name[..end.min(name.len())]
            .strip_suffix('_')
            .and(name.get(..end))
            .filter(|_| end < name.len());
    }
    let (student, mut rest) = name.split_once('_')?;
    let late = ["LATE_", "late_"].iter().find_map(|late| rest.strip_prefix(late));
    rest = late.unwrap_or(rest);
    let (number, rest) = numbered(rest)?;
    // The number of the upload must follow, and a name.
    let (_, file) = numbered(rest)?;
    let is_canvas = !student.is_empty() && number > 0 && !file.is_empty();
    is_canvas.then(|| &name[..name.len() - rest.len()])
}

/// The beginning of an attachment's name up to and including the number of its upload; the prefix if there is no number, as in Moodle.
pub(crate) fn upload_prefix<'a>(name: &'a str, prefix: &str) -> &'a str {
    match name.contains(FILES) {
        true => &name[..prefix.len()],
        false => &name[..name.len() - without_number(&name.as_bytes()[prefix.len()..]).len()],
    }
}

/// The name of an attachment after its prefix, without the number of the upload.
pub(crate) fn without_number(rest: &[u8]) -> &[u8] {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match rest.get(digits) {
        Some(b'_') if digits > 0 => &rest[digits + 1..],
        _ => rest,
    }
}

/// The number of digits at the beginning of a text, and what follows the underscore after them.
fn numbered(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((number.len(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_platforms_are_known() {
        assert_eq!(attachments_prefix("doejane_123_456_lab3.zip"), Some("doejane_123_"));
        assert_eq!(attachments_prefix("doejane_LATE_123_456_echo-server.rs"), Some("doejane_LATE_123_"));
        assert_eq!(
            attachments_prefix("Jane Doe_12345_assignsubmission_file_lab3.zip"),
            Some("Jane Doe_12345_assignsubmission_file_")
        );
        for other in ["jane.zip", "lab_3.zip", "a_1.zip", "_1_2_x", "a_b_c_d.zip"] {
            assert_eq!(attachments_prefix(other), None, "{other}");
        }
        assert_eq!(upload_prefix("doejane_123_456_lab3.zip", "doejane_123_"), "doejane_123_456_");
        let moodle = "Jane Doe_12345_assignsubmission_file_";
        assert_eq!(upload_prefix(&format!("{moodle}1_a.rs"), moodle), moodle);
        assert_eq!(student("Jane Doe_12345_assignsubmission_file_"), "Jane Doe_12345");
        assert_eq!(without_number(b"456_lab3.zip"), b"lab3.zip");
        assert_eq!(without_number(b"lab3.zip"), b"lab3.zip");
    }
}
