//! `cargo xtask list` and `cargo xtask explain`: what the labs require.

use crate::arguments::{Explain, List};
use crate::destination::Destination;
use crate::naming;
use crate::results;
use crate::trouble::Trouble;
use checks::{self, Suite};
use cli::Status;
use report::{Palette, catalogue};

/// Lists the clauses of one lab, or those of all labs below an overview.
pub(crate) fn list(arguments: &List) -> Result<Status, Trouble> {
    let suites: Vec<&Suite> = match &arguments.lab {
        Some(name) => vec![naming::suite(name)?],
        None => checks::suites().iter().collect(),
    };
    let labs: Vec<_> = suites
        .iter()
        .map(|suite| {
            let clauses: Vec<_> = suite.checks.iter().map(|check| &check.clause).collect();
            (&suite.lab, clauses, results::last(&suite.lab))
        })
        .collect();
    print(|palette| {
        let list =
            labs.iter().map(|(lab, clauses, last)| catalogue::list(lab, clauses, last.as_ref(), palette));
        let overview = arguments.lab.is_none().then(|| catalogue::overview(&labs, palette));
        let named = suites.first().filter(|suite| arguments.lab.is_some() && !suite.lab.programs.is_empty());
        let limits = named.map(|suite| catalogue::limits(&suite.limits.words(), palette));
        overview.into_iter().chain(list).chain(limits).collect::<Vec<_>>().join("\n")
    })
}

/// Explains one clause.
pub(crate) fn explain(arguments: &Explain) -> Result<Status, Trouble> {
    let (suite, check) = naming::check(&arguments.clause)?;
    let programs = suite.programs_of(check.clause.id);
    print(|palette| catalogue::explain(&suite.lab, &check.clause, &programs, arguments.hint.into(), palette))
}

fn print(text: impl FnOnce(Palette) -> String) -> Result<Status, Trouble> {
    let output = Destination::StandardOutput;
    let text = text(Palette::new(output.wants_colour()));
    output.write(|out| out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    Ok(Status::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Reports point students to these files.
    #[test]
    fn every_lab_has_its_handout_and_a_stub_for_each_program() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for suite in checks::suites() {
            let stubs = suite.lab.subjects().map(|subject| catalogue::stub_file(&suite.lab, subject));
            for file in stubs.chain([catalogue::handout(&suite.lab)]) {
                assert!(root.join(&file).is_file(), "{file} is missing");
            }
        }
    }
}
