//! What a student reads. For each clause the report of one wrong program is kept in `tests/reports`, so that somebody reads it again
//! when it changes: `cargo insta review`, or `INSTA_UPDATE=always cargo test --test collection` and a look at the difference.

use insta::Settings;
use model::selftest::Outcome;
use model::{Action, CheckReport, Lab, RunReport, Verdict};
use report::{Origin, Palette, human};
use runner::collection::{Language, Specimen};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What no two runs have in common, and what stands in its place.
const MASKS: &[(&str, &str)] = &[
    (r"(?m)^ +\d+\.\d m?s  ", "         …  "),
    (r"(127\.0\.0\.\d+|localhost|\[::1\]):\d+", "$1:PORT"),
    (r"\b(port|TCP|UDP) \d+", "$1 PORT"),
    (r"→ \d+", "→ PORT"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "DATE"),
    (r"date: [A-Z][a-z]{2}, .*", "date: DATE"),
    (r"\(for \d+ ms at most\)", "(for N ms at most)"),
];

/// Which wrong program's report is kept for each clause.
pub(crate) struct Recorded(BTreeMap<String, PathBuf>);

impl Recorded {
    /// Of each clause's wrong programs the one that most machines can run and that gets least else wrong.
    pub(crate) fn of(collection: &[Specimen]) -> io::Result<Recorded> {
        let mut chosen: BTreeMap<String, ((usize, usize), PathBuf)> = BTreeMap::new();
        for specimen in collection {
            let demand = match specimen.language()?.map(Language::commands) {
                None => 0,
                Some(mut commands) => match commands.next() {
                    Some("rustc") => 0,
                    Some("cc") => 1,
                    _ => 2,
                },
            };
            let rank = (demand, specimen.fails.len());
            for id in &specimen.fails {
                if chosen.get(id).is_none_or(|(best, _)| rank < *best) {
                    chosen.insert(id.clone(), (rank, specimen.path.clone()));
                }
            }
        }
        Ok(Recorded(chosen.into_iter().map(|(id, (_, path))| (id, path)).collect()))
    }

    /// Compares the reports of this program that are kept with those that it has now.
    ///
    /// # Panics
    /// Where they differ.
    pub(crate) fn compare(&self, path: &Path, outcome: &Outcome) {
        for lab in &outcome.labs {
            for check in lab.trials.iter().flat_map(|trial| &trial.checks) {
                let is_kept = self.0.get(check.clause.id).is_some_and(|kept| kept == path);
                if is_kept && matches!(check.verdict, Verdict::Failed(_)) {
                    compare(path, check, &shown(outcome, lab.lab, check));
                }
            }
        }
    }
}

/// What a terminal shows of that check alone. Of the conversation only the grader's own words stay: in which pieces bytes come, and how
/// often something was tried, is chance.
fn shown(outcome: &Outcome, lab: &'static Lab, check: &CheckReport) -> String {
    let mut environment = outcome.environment.clone();
    environment.memory = None;
    let mut check = check.clone();
    if let Verdict::Failed(failure) = &mut check.verdict {
        failure.transcript.retain(|event| event.action == Action::Note);
    }
    let report = RunReport {
        lab,
        seed: outcome.seed,
        environment,
        checks: vec![check],
        duration: Duration::ZERO,
        ruling: None,
    };
    let origin = Origin { command_suffix: format!("--seed {}", outcome.seed), stubs: false };
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = human::write(&report, &origin, Palette::new(false), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn compare(path: &Path, check: &CheckReport, shown: &str) {
    let program = path.strip_prefix(runner::workspace_root()).unwrap_or(path);
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(runner::workspace_root().join("tests/reports"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(program.display().to_string());
    for (found, mask) in MASKS {
        settings.add_filter(found, *mask);
    }
    settings.bind(|| insta::assert_snapshot!(check.clause.id, shown));
}
