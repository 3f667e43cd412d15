//! `cargo xtask draw`: writes the questions of a set into the file for the answers.

use crate::arguments;
use crate::naming;
use crate::trouble::Trouble;
use cli::Status;
use report::catalogue;
use std::fs;
use std::io::ErrorKind;

/// Draws the questions and writes them, but never overwrites answers.
pub(crate) fn draw(arguments: &arguments::Draw) -> Result<Status, Trouble> {
    let suite = naming::suite(&arguments.lab)?;
    let (Some(bank), Some(document)) = (&suite.bank, suite.lab.document) else {
        return Err(Trouble::Usage(format!("{} has no questions to draw", suite.lab.name())));
    };
    let own = || runner::workspace_root().join(catalogue::stub_file(&suite.lab, document));
    let path = arguments.output.clone().unwrap_or_else(own);
    let shown = report::escape::text(&path.display().to_string());
    let usage = |what: String| Trouble::Usage(format!("{shown} {what}"));
    match fs::read_to_string(&path) {
        Ok(text) if !(bank.is_unanswered)(&text) => {
            let cure = "move it away first, or write to another file with --output";
            return Err(usage(format!("has answers in it, or something else that is yours; {cure}")));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(usage(format!("cannot be read: {error}")));
        }
        _ => {}
    }
    fs::write(&path, (bank.draw)(arguments.set))
        .map_err(|error| usage(format!("cannot be written: {error}")))?;
    anstream::eprintln!("the questions of set {} are in {shown}", arguments.set);
    Ok(Status::Passed)
}
