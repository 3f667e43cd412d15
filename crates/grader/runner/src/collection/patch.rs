//! A wrong program as a change of a correct one: a file `NAME.patch`. Its first lines say what it is, as in any program of the collection,
//! and which program it changes. The changes follow, as `diff -u` writes them. They must apply exactly: if a correct program has changed,
//! it is never patched at a guess.

use std::io;

/// The keys that every file of the collection may have in its first lines.
const KEYS: [&str; 7] = ["mistake", "fails", "says", "correct", "arguments", "same as", "set"];
/// The additional key of a patch: the program that it changes, as a path relative to the parent folder of both.
pub(super) const CHANGES: &str = "changes";
/// Only this many lines at the start are searched for keys.
const FIRST: usize = 8;
/// Characters before the words in a comment line.
const MARKS: [char; 5] = ['/', '#', '*', '%', ' '];

/// The value of a key in the first lines.
pub(super) fn header(text: &str, key: &str) -> Option<String> {
    let mut values = text.lines().take(FIRST).filter_map(|line| said(line, key));
    values.next().map(|value| value.trim().to_owned())
}

fn said<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.trim_start_matches(MARKS).strip_prefix(key)?.strip_prefix(':')
}

/// A program without the lines that describe it.
struct Bare {
    text: String,
    /// The position of these lines, in bytes.
    place: usize,
    /// The characters that make them comments.
    mark: String,
}

impl Bare {
    fn of(program: &str) -> Bare {
        let mut bare = Bare { text: String::with_capacity(program.len()), place: 0, mark: String::new() };
        let mut place = None;
        for (number, line) in program.split_inclusive('\n').enumerate() {
            if number < FIRST && KEYS.iter().any(|key| said(line, key).is_some()) {
                place = place.or(Some(bare.text.len()));
                let words = line.trim_start_matches(MARKS);
                bare.mark = line[..line.len() - words.len()].to_owned();
            } else {
                bare.text += line;
            }
        }
        bare.place = place.unwrap_or(0);
        bare
    }
}

/// The whole program that a patch makes of the program `changed`, with the patch's own first lines.
///
/// # Errors
/// When it is not a patch, or does not apply exactly.
pub(super) fn whole(patch: &str, changed: &str) -> io::Result<String> {
    let invalid =
        |error: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
    let bare = Bare::of(changed);
    let changes = diffy::Patch::from_str(changes(patch)).map_err(|error| invalid(&error))?;
    if changes.hunks().is_empty() {
        return Err(invalid(&"it changes nothing"));
    }
    let mut text = diffy::apply(&bare.text, &changes).map_err(|error| invalid(&error))?;
    let arguments = header(changed, "arguments").map(|words| format!("{}arguments: {words}\n", bare.mark));
    let own = patch.lines().take_while(|line| !line.is_empty());
    let mut lines: String = own
        .filter(|line| said(line, CHANGES).is_none())
        .map(|line| format!("{}{line}\n", bare.mark))
        .collect();
    if header(patch, "arguments").is_none() {
        lines += &arguments.unwrap_or_default();
    }
    text.insert_str(bare.place, &lines);
    Ok(text)
}

/// The patch that turns the program `changed`, which is called `name`, into `whole`.
pub(super) fn make(whole: &str, changed: &str, name: &str) -> String {
    let (ours, theirs) = (Bare::of(whole), Bare::of(changed));
    let mut patch = String::new();
    for key in KEYS {
        let words = header(whole, key).filter(|words| {
            // The patched program takes it from the other one.
            key != "arguments" || header(changed, key).as_ref() != Some(words)
        });
        patch.extend(words.map(|words| format!("{key}: {words}\n")));
    }
    patch + &format!("{CHANGES}: {name}\n\n") + &hunks(&theirs.text, &ours.text)
}

fn hunks(before: &str, after: &str) -> String {
    let mut changes = diffy::create_patch(before, after).to_string();
    // The names of the files precede the first hunk.
    changes.split_off(changes.find("@@").unwrap_or(changes.len()))
}

/// How many lines a patch removes and adds.
pub(super) fn size(patch: &str) -> usize {
    let hunks = changes(patch).lines();
    hunks.filter(|line| line.starts_with(['+', '-'])).count()
}

/// The patch that makes the same changes in `now` as this one did in `before`, if they do not touch the lines that differ.
///
/// # Errors
/// When they do, or when the patch did not apply to `before` either.
pub(super) fn mend(patch: &str, before: &str, now: &str) -> io::Result<String> {
    let [then, before, now] = [&whole(patch, before)?, before, now].map(|program| Bare::of(program).text);
    let merged = diffy::merge(&before, &now, &then);
    let merged = merged.map_err(|_| io::Error::other("the same lines were changed"))?;
    let head = &patch[..patch.len() - changes(patch).len()];
    Ok(head.to_owned() + &hunks(&now, &merged))
}

/// The part after the first lines.
fn changes(patch: &str) -> &str {
    patch.split_once("\n\n").map_or("", |(_, changes)| changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORRECT: &str = "#!/usr/bin/env python3\n# correct: reads lines.\n# arguments: {port} x\n\nimport socket\n\n\
                           def serve():\n    line = read_line()\n    answer(line)\n\nserve()\n";

    fn wrong() -> String {
        CORRECT
            .replace("correct: reads lines.", "mistake: reads once.\n# fails: L3.4")
            .replace("read_line()", "read(100)")
    }

    #[test]
    fn a_patch_makes_the_program_that_it_was_made_from() {
        let patch = make(&wrong(), CORRECT, "correct/lines.py");
        assert_eq!(
            patch,
            "mistake: reads once.\nfails: L3.4\nchanges: correct/lines.py\n\n\
             @@ -3,7 +3,7 @@\n import socket\n\n def serve():\n-    line = read_line()\n+    line = read(100)\n     answer(line)\n\n serve()\n"
        );
        assert_eq!(whole(&patch, CORRECT).unwrap(), wrong());
        assert_eq!(size(&patch), 2);
    }

    #[test]
    fn words_about_the_correct_program_are_no_part_of_it() {
        let patch = make(&wrong(), CORRECT, "correct/lines.py");
        let reworded = CORRECT.replace("reads lines.", "reads whole lines.");
        assert_eq!(whole(&patch, &reworded).unwrap(), wrong());
    }

    #[test]
    fn a_patch_applies_exactly_or_not_at_all() {
        let patch = make(&wrong(), CORRECT, "correct/lines.py");
        assert!(whole(&patch, &CORRECT.replace("def serve", "def run")).is_err());
        assert!(whole("mistake: none.\nfails: L3.4\nchanges: x\n\nno changes", CORRECT).is_err());
    }

    #[test]
    fn a_patch_is_mended_where_its_own_lines_were_left_alone() {
        let patch = make(&wrong(), CORRECT, "correct/lines.py");
        let now = CORRECT.replace("import socket", "import socket, sys");
        assert!(whole(&patch, &now).is_err());
        let mended = mend(&patch, CORRECT, &now).unwrap();
        let expected = wrong().replace("import socket", "import socket, sys");
        assert_eq!(whole(&mended, &now).unwrap(), expected);
        assert!(mend(&patch, CORRECT, &CORRECT.replace("read_line()", "read_all()")).is_err());
    }
}
