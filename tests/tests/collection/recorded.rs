//! The reports that a student reads. For each clause the report of one wrong program is kept in `tests/reports`, so that somebody reads it
//! again when it changes: `cargo insta review`, or `INSTA_UPDATE=always cargo test --test collection` and a look at the difference.

use insta::Settings;
use model::selftest::Outcome;
use model::{Action, CheckReport, Lab, RunReport, Verdict};
use regex::Regex;
use report::{Origin, Palette, human};
use runner::collection::{Language, Specimen};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Text that differs in every run, and its replacement.
const MASKS: &[(&str, &str)] = &[
    (r"(?m)^ +\d+\.\d m?s  ", "         …  "),
    (r"(127\.0\.0\.\d+|localhost|\[::1\]):\d+", "$1:PORT"),
    (r"\b(port|TCP|UDP) \d+", "$1 PORT"),
    (r"→ \d+", "→ PORT"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "DATE"),
    (r"date: [A-Z][a-z]{2}, .*", "date: DATE"),
    (r"\(for \d+ ms at most\)", "(for N ms at most)"),
    (r"25\d MiB", "25N MiB"),
    (r"\d+ MiB more memory in use", "N MiB more memory in use"),
    (r"panicked at .*", "panicked at PLACE"),
    // Which of the mixed lines comes first is chance.
    (r"(?s)(got a line that nobody has said\n.*?\n  got +)[^\n]*", "${1}BYTES"),
    // How a connection ends while bytes are on the way is chance, and so is whether the program's own end is known by then.
    (
        r"(?s)(?:the program (?:ended|closed) the connection|the connection was reset).*?\n\n",
        "the connection ended …\n\n",
    ),
];

/// Programs whose reports are not kept: which client first finds the program dead is chance.
const NEVER_TWICE: [&str; 4] =
    ["dies-on-reset.patch", "lost-client-ends-all.patch", "reset-ends-the-loop.patch", "sigpipe-kills.patch"];

/// The wrong program whose report is kept, for each clause.
pub(crate) struct Recorded(BTreeMap<String, PathBuf>);

impl Recorded {
    /// For each clause, the wrong program that most machines can run and that fails the fewest other clauses.
    pub(crate) fn of(collection: &[Specimen]) -> io::Result<Recorded> {
        let mut chosen: BTreeMap<String, ((usize, usize), PathBuf)> = BTreeMap::new();
        for specimen in
            collection.iter().filter(|specimen| !NEVER_TWICE.iter().any(|name| specimen.path.ends_with(name)))
        {
            let demand = match specimen.language()?.map(Language::commands) {
                None => 0,
                Some(mut commands) => match commands.next() {
                    // Every machine that runs these tests has both compilers.
                    Some("rustc" | "cc") => 0,
                    _ => 1,
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

    /// The kept reports of this program that have changed.
    pub(crate) fn changed(&self, path: &Path, outcome: &Outcome) -> Vec<Report> {
        let labs = outcome.labs.iter();
        let checks = labs
            .flat_map(|lab| lab.trials.iter().flat_map(|trial| &trial.checks).map(|check| (lab.lab, check)));
        let is_kept = |check: &CheckReport| self.0.get(check.clause.id).is_some_and(|kept| kept == path);
        checks
            .filter(|(_, check)| is_kept(check) && matches!(check.verdict, Verdict::Failed(_)))
            .map(|(lab, check)| Report {
                id: check.clause.id,
                program: path.strip_prefix(runner::workspace_root()).unwrap_or(path).display().to_string(),
                text: masked(shown(outcome, lab, check)),
            })
            .filter(|report| !report.is_kept())
            .collect()
    }
}

/// A report as it is now.
pub(crate) struct Report {
    id: &'static str,
    program: String,
    text: String,
}

impl Report {
    fn is_kept(&self) -> bool {
        let kept = fs::read_to_string(folder().join(format!("{}.snap", self.id))).unwrap_or_default();
        // The text follows a header.
        kept.splitn(3, "---\n").nth(2).is_some_and(|kept| kept.trim() == self.text.trim())
    }

    /// Shows how it differs from the kept one.
    ///
    /// # Panics
    /// Always, unless the new report should be kept.
    pub(crate) fn tell(&self) {
        let mut settings = Settings::clone_current();
        settings.set_snapshot_path(folder());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description(self.program.as_str());
        settings.bind(|| insta::assert_snapshot!(self.id, self.text));
    }
}

fn folder() -> PathBuf {
    runner::workspace_root().join("tests/reports")
}

fn masked(text: String) -> String {
    let mask = |text: String, (found, mask): &(&str, &str)| {
        Regex::new(found).map_or(text.clone(), |found| found.replace_all(&text, *mask).into_owned())
    };
    MASKS.iter().fold(text, mask)
}

/// The terminal's report of that check alone. Only the grader's own words of the conversation stay: in which pieces bytes come, and how
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
