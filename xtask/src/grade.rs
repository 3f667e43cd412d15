//! `cargo xtask grade` and `cargo xtask merge`: hand their words on to the tool, which knows them and explains them.

use crate::arguments::HandedOn;
use crate::tool;
use crate::trouble::{Status, Trouble};
use anstream::ColorChoice;
use std::ffi::OsString;

/// Builds the tool and calls it.
pub(crate) fn grade(command: &str, arguments: &HandedOn) -> Result<Status, Trouble> {
    let color = match ColorChoice::global() {
        ColorChoice::Auto => "--color=auto",
        ColorChoice::Always | ColorChoice::AlwaysAnsi => "--color=always",
        ColorChoice::Never => "--color=never",
    };
    let words = [OsString::from(color), command.into()].into_iter().chain(arguments.words.iter().cloned());
    tool::call("grade", "the tool that grades a class is", words)
}
