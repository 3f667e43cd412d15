//! `cargo xtask grade` and `cargo xtask merge`: pass their arguments on to the tool, which parses and explains them.

use crate::arguments::HandedOn;
use crate::tool;
use crate::trouble::Trouble;
use cli::Status;

/// Builds the tool and calls it.
pub(crate) fn grade(command: &str, arguments: &HandedOn) -> Result<Status, Trouble> {
    let words = [tool::color().into(), command.into()].into_iter().chain(arguments.words.iter().cloned());
    tool::call("grade", "the tool that grades a class is", words)
}
