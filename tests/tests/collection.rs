//! Each program of the collection, each reference and each stub is a test with a name: `cargo test reads-once` runs that one. What it is tried
//! on and what it deserves is the self-test's to say, which tries each on all clauses: `cargo xtask selftest`.

use libtest_mimic::{Arguments, Failed, Trial};
use model::selftest::{NotTried, Outcome};
use report::Palette;
use runner::selftest::{SelfTest, Single, Singles};
use runner::{IsolationChoice, collection, worker};
use std::process::ExitCode;
use std::sync::Arc;

/// The same payloads each time: what only some seeds bring to light is for longer searches.
const SEED: u64 = 1;
/// Set where each language of the collection is known to be installed, so that no program is left out.
const EVERY_LANGUAGE: &str = "REQUIRE_LANGUAGES";
/// Most of a check is waiting, so that many go on at the same time.
const TESTS_A_PROCESSOR: usize = 4;

fn main() -> ExitCode {
    // Each check is decided in a process of its own, which is this binary again.
    if std::env::args().nth(1).as_deref() == Some(worker::ARGUMENT) {
        return worker::main();
    }
    let mut arguments = Arguments::from_args();
    let order = SelfTest {
        suites: checks::suites().iter().collect(),
        collection: collection::folder(),
        file: None,
        every_language: std::env::var_os(EVERY_LANGUAGE).is_some(),
        seed: SEED,
        jobs: 1,
        isolation: IsolationChoice::Auto,
    };
    let singles = match order.singles() {
        Ok(singles) => Arc::new(singles),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = if singles.are_isolated() { TESTS_A_PROCESSOR * processors } else { 1 };
    arguments.test_threads.get_or_insert(at_once);
    let trials = singles.all.iter().cloned().map(|single| {
        let singles = singles.clone();
        Trial::test(single.name(), move || tried(&singles, &single))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !singles.not_tried.is_empty() && !arguments.list {
        println!("not tried here: {}", left_out(&singles.not_tried));
    }
    conclusion.exit_code()
}

fn tried(singles: &Singles, single: &Single) -> Result<(), Failed> {
    let outcome = singles.run(single).map_err(|error| Failed::from(error.to_string()))?;
    if outcome.deviations() == 0 { Ok(()) } else { Err(told(&outcome).into()) }
}

fn told(outcome: &Outcome) -> String {
    let mut text = Vec::new();
    let suffix = format!("--seed {SEED}");
    // Writing to memory does not fail.
    let _ = report::selftest::human(outcome, &suffix, Palette::new(false), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn left_out(languages: &[NotTried]) -> String {
    let words = languages.iter().map(|one| format!("{} in {}", one.programs, one.language));
    let words = words.collect::<Vec<_>>().join(", ");
    format!("programs of the collection, {words}; `cargo xtask doctor` says what to install")
}
