//! Prose and tables in a terminal's columns: breaking lines, padding, listing.

use unicode_width::UnicodeWidthStr;

/// The longest line that a report writes by its own choice, in columns.
pub const WIDTH: usize = 100;

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Pads a text with spaces to this number of columns.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Breaks a text at its spaces into lines of at most `columns`, unless one word alone is longer.
/// Line feeds in the text are kept.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && width(&line) + 1 + width(word) > columns {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// Puts the same spaces before each line.
pub fn indent(lines: Vec<String>, columns: usize) -> Vec<String> {
    let spaces = " ".repeat(columns);
    lines.into_iter().map(|line| format!("{spaces}{line}").trim_end().to_owned()).collect()
}

/// Puts a label before the first line and the same width of spaces before the others.
pub fn label(label: &str, lines: Vec<String>, columns: usize) -> Vec<String> {
    let room = " ".repeat(columns);
    let labelled = |(i, line): (usize, String)| match i {
        0 => format!("{}{line}", pad(label, columns)),
        _ => format!("{room}{line}").trim_end().to_owned(),
    };
    lines.into_iter().enumerate().map(labelled).collect()
}

/// `1 clause`, `2 clauses`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `; did you mean `lab3`?`, with the nearest of the right names; empty if there is none.
pub fn did_you_mean(name: &str, right: impl Iterator<Item = String>) -> String {
    let distance = |right: &String| strsim::damerau_levenshtein(&right.to_lowercase(), &name.to_lowercase());
    right.min_by_key(distance).map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a extraordinary b", 5), ["a", "extraordinary", "b"]);
        assert_eq!(wrap("first\n\nsecond  line", 20), ["first", "", "second line"]);
        assert_eq!(wrap("漢漢 漢漢", 8), ["漢漢", "漢漢"]);
    }

    #[test]
    fn a_label_stands_before_the_first_line_only() {
        assert_eq!(label("why", wrap("one two three", 7), 5), ["why  one two", "     three"]);
    }
}
