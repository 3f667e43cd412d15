//! `cargo xtask selftest`: tests the checks themselves and reports what is not as expected.

use crate::arguments;
use crate::check::progress;
use crate::course;
use crate::destination::Destination;
use crate::naming;
use crate::order;
use crate::trouble::Trouble;
use checks::Suite;
use cli::{Format, Status};
use model::Verdict;
use model::selftest::Outcome;
use report::Palette;
use runner::collection::{self, Specimen};
use runner::selftest::{Notice, SelfTest};
use std::path::Path;

/// Tests, reports, and returns the status.
pub(crate) fn selftest(arguments: &arguments::Selftest) -> Result<Status, Trouble> {
    course::need("crates/programs", "the reference programs, which the self-test needs, are")?;
    if let Some(part) = &arguments.show {
        return show(part, &arguments.collection.clone().unwrap_or_else(collection::folder));
    }
    let order = SelfTest {
        suites: suites(&arguments.labs)?,
        collection: arguments.collection.clone().unwrap_or_else(collection::folder),
        file: arguments.file.clone(),
        every_language: collection::all_is_required(),
        seed: arguments.conditions.seed(),
        jobs: arguments.conditions.jobs().unwrap_or_else(runner::default_jobs),
        isolation: arguments.conditions.isolation(),
    };
    let progress = progress("not as expected");
    let result = order.run(&|notice| match notice {
        Notice::Building(what) => progress.building(&what),
        Notice::Started(total) => progress.started(total),
        Notice::Decided { as_expected } => progress.decided(!as_expected),
    });
    progress.clear();
    let outcome = result?;
    let destination = Destination::StandardOutput;
    let palette = Palette::new(destination.wants_colour());
    destination.write(|mut out| match arguments.format {
        Format::Human => report::selftest::human(&outcome, &again(arguments, &order), palette, &mut out),
        Format::Json => report::selftest::json(&outcome, &mut out),
    })?;
    Ok(status(&outcome))
}

/// Prints the one program with this text in its path.
fn show(part: &str, folder: &Path) -> Result<Status, Trouble> {
    let trouble = |error: std::io::Error| Trouble::Usage(error.to_string());
    let files = collection::files(folder).map_err(trouble)?;
    let found: Vec<_> = files.iter().filter(|file| file.to_string_lossy().contains(part)).collect();
    let text = match found[..] {
        [file] => Specimen::read(file).and_then(|specimen| specimen.text()).map_err(trouble)?,
        [] => return Err(Trouble::Usage(format!("no file of the collection has `{part}` in its path"))),
        _ => {
            let names: String = found.iter().map(|file| format!("\n  {}", file.display())).collect();
            return Err(Trouble::Usage(format!("several files have `{part}` in their paths:{names}")));
        }
    };
    Destination::StandardOutput.write(|out| out.write_all(text.as_bytes()))?;
    Ok(Status::Passed)
}

/// The labs with these names, once each and in the order of the course; all labs if there are no names.
fn suites(names: &[String]) -> Result<Vec<&'static Suite>, Trouble> {
    let mut numbers = Vec::new();
    for name in names {
        numbers.push(naming::suite(name)?.lab.number);
    }
    let asked = |suite: &&Suite| numbers.is_empty() || numbers.contains(&suite.lab.number);
    Ok(checks::suites().iter().filter(asked).collect())
}

fn again(arguments: &arguments::Selftest, order: &SelfTest) -> String {
    let again = order::again(order.seed, order.isolation);
    match &arguments.collection {
        None => again,
        Some(folder) => format!("--collection {} {again}", folder.display()),
    }
}

fn status(outcome: &Outcome) -> Status {
    if outcome.checks().any(|check| matches!(check.verdict, Verdict::Error(_))) {
        return Status::GraderFailed;
    }
    if outcome.deviations() + outcome.untested() > 0 { Status::NotPassed } else { Status::Passed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labs_come_in_the_order_of_the_course_and_once() {
        let numbers = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            suites(&names).unwrap().iter().map(|suite| suite.lab.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&["lab3", "lab1", "3"]), [1, 3]);
        assert_eq!(numbers(&[]).len(), checks::suites().len());
    }
}
