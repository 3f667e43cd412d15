//! `cargo xtask check`: runs a lab's checks and writes the results.

use crate::arguments::{self, CheckFormat};
use crate::destination::Destination;
use crate::keeper::Keeper;
use crate::order;
use crate::results;
use crate::trouble::Trouble;
use anstream::{AutoStream, ColorChoice};
use cli::Status;
use model::{Notice, RunReport, Tier, Verdict};
use report::{Palette, Progress, human, json, junit};
use std::io::{self, IsTerminal, Stderr};

/// Checks, reports, and returns the status.
pub(crate) fn check(arguments: &arguments::Check) -> Result<Status, Trouble> {
    let order = order::order(arguments)?;
    let destination = Destination::open(arguments.output.as_deref())?;
    let keeper = order.keep.as_deref().map(Keeper::open).transpose()?;
    let progress = progress("not passed");
    let result = runner::run(&order, &|notice| {
        if let (Some(keeper), Notice::Decided(check)) = (&keeper, &notice) {
            keeper.keep(check);
        }
        progress.notice(&notice);
    });
    progress.clear();
    let report = result?;
    if let Some(keeper) = keeper {
        keeper.close()?;
    }
    if order::is_own(&order) {
        results::keep(&report);
    }
    let origin = order::origin(&order);
    let palette = Palette::new(destination.wants_colour());
    destination.write(|mut out| match arguments.format {
        CheckFormat::Human => human::write(&report, &origin, palette, &mut out),
        CheckFormat::Json => json::write(&report, &mut out),
        CheckFormat::Junit => junit::write(&report, &origin, &mut out),
    })?;
    Ok(status(&report))
}

/// The progress line, if standard error is a terminal and colours are not switched off.
pub(crate) fn progress(missed_are: &'static str) -> Progress<Stderr> {
    let animated = io::stderr().is_terminal() && AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    Progress::new(animated.then(io::stderr), missed_are)
}

fn status(report: &RunReport) -> Status {
    let mut checks = report.checks.iter();
    if checks.clone().any(|check| matches!(check.verdict, Verdict::Error(_))) {
        return Status::GraderFailed;
    }
    let missed = checks.any(|check| check.clause.tier == Tier::Core && check.verdict != Verdict::Passed);
    if missed { Status::NotPassed } else { Status::Passed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::naming;
    use model::{CheckReport, Environment, Failure, Fault, Isolation, Kind};
    use std::time::Duration;

    /// The status of a run over lab 3 in which the clause `id` got this verdict and all others passed.
    fn status_with(id: &str, verdict: &Verdict) -> Status {
        let suite = naming::suite("lab3").unwrap();
        let reported = suite.checks.iter().map(|check| CheckReport {
            clause: &check.clause,
            verdict: if check.clause.id == id { verdict.clone() } else { Verdict::Passed },
            duration: Duration::ZERO,
            finding: None,
            record: None,
        });
        status(&RunReport {
            lab: &suite.lab,
            seed: 0,
            environment: Environment {
                system: String::new(),
                isolation: Isolation::Full,
                enforcement: model::Enforcement::Watching,
                memory: None,
                jobs: 1,
            },
            checks: reported.collect(),
            duration: Duration::ZERO,
            ruling: None,
        })
    }

    #[test]
    fn the_status_is_about_core_clauses_and_the_grader() {
        let failed = Verdict::Failed(Box::new(Failure::new(Kind::Silence, "")));
        assert_eq!(status_with("L3.1", &Verdict::Passed), Status::Passed);
        assert_eq!(status_with("L3.1", &failed), Status::NotPassed);
        assert_eq!(status_with("L3.1", &Verdict::Skipped(String::new())), Status::NotPassed);
        assert_eq!(status_with("L3.S1", &failed), Status::Passed);
        assert_eq!(status_with("L3.S1", &Verdict::Error(Fault::new(""))), Status::GraderFailed);
    }
}
