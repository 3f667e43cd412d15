//! What CI services take for commands in a log. GitHub Actions: a line that begins, after any white space, with `::` and the name of a
//! command, and `##[` and a name anywhere in a line (actions/runner, `ActionCommand.cs`). Azure Pipelines: `##vso[` anywhere in a line;
//! TeamCity: `##teamcity[`. The section marks of GitLab and Travis need a carriage return and an escape character, which are never shown.
//!
//! The first character of such a name is shown as its number, so the service finds no command. Text may be broken into lines at any space,
//! so each word might be the first of a line. Only the characters before a character decide, never those that follow. So two streams with
//! the same beginning are shown alike as far as they are the same.

/// The last characters before the current one.
pub(super) struct Tail([char; 3]);

impl Default for Tail {
    /// The beginning of a line.
    fn default() -> Self {
        Tail(['\n'; 3])
    }
}

impl Tail {
    /// Whether a command's name would begin with this character.
    pub(super) fn names_command(&self, c: char) -> bool {
        match self.0 {
            [before, ':', ':'] => before.is_whitespace() && c.is_ascii_alphabetic(),
            [_, '#', '#'] => c == '[' || c.is_ascii_alphabetic(),
            _ => false,
        }
    }

    pub(super) fn push(&mut self, c: char) {
        let [_, second, third] = self.0;
        self.0 = [second, third, c];
    }
}
