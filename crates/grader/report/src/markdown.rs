//! The pieces of a Markdown document (CommonMark 0.31, and the tables of GitHub Flavored Markdown) in which only the grader's own words are
//! ever read as Markdown.
//!
//! Text from a submission goes into code, blocks or spans, where no renderer sees links, images, HTML, or names of people to be notified.
//! It must have been escaped before: then it has no control characters, and each of its lines is one line.

/// A block of code around these lines. Its fence is longer than any run of backticks within, so nothing ends it early.
pub fn block(lines: &[String]) -> Vec<String> {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut block = vec![format!("{fence}text")];
    block.extend(lines.iter().map(|line| line.trim_end().to_owned()));
    block.push(fence);
    block
}

/// A span of code in a line of text.
pub fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // A backtick at an end would join the fence. One space on each side is not shown.
    let space =
        if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('\n', "\\n"))
}

/// The grader's own words. Text between backticks stays code, and everything else is taken literally.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let has_pairs = parts.len() % 2 == 1;
    let written = parts.iter().enumerate().map(|(i, part)| match has_pairs && i % 2 == 1 {
        true => (*part).to_owned(),
        false => literal(part),
    });
    written.collect::<Vec<_>>().join(if has_pairs { "`" } else { "\\`" })
}

/// A cell of a table, from text that is Markdown already.
pub fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '#' | '@') {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let lines = ["a ```` b".to_owned(), "`````".to_owned()];
        assert_eq!(block(&lines), ["``````text", "a ```` b", "`````", "``````"]);
        assert_eq!(block(&["x".to_owned()]), ["```text", "x", "```"]);
    }

    #[test]
    fn a_span_holds_any_backticks_and_is_one_line() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("``\n[x](y)`"), "``` ``\\n[x](y)` ```");
    }

    #[test]
    fn our_own_words_keep_their_code_and_nothing_else() {
        assert_eq!(prose("`é` becomes <b>"), "`é` becomes \\<b\\>");
        assert_eq!(prose("one ` alone *x*"), "one \\` alone \\*x\\*");
        assert_eq!(cell(&prose("a `x|y` b")), "a `x\\|y` b");
    }
}
