//! Each program of the collection, each reference and each stub is a test with a name: `cargo test reads-once` runs that one. The self-test
//! decides on which clauses it is tried and what it deserves; `cargo xtask selftest` tries each on all clauses.

mod recorded;

use libtest_mimic::{Arguments, Failed, Trial};
use model::selftest::{NotTried, Outcome};
use recorded::{Recorded, Report};
use report::Palette;
use report::text::count;
use runner::selftest::{SelfTest, Single, Singles};
use runner::{IsolationChoice, RunError, collection, worker};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// The same payloads each time. Longer searches look for what only some seeds show.
const SEED: u64 = 1;
/// How often a program is tried alone until it gets the report that is kept. The end of a connection and the end of its program race, and
/// the report says which came first.
const TRIES: usize = 5;
/// A check mostly waits, so many run at the same time.
const CHECKS_A_PROCESSOR: usize = 8;

fn main() -> ExitCode {
    // Each check is decided in its own process, which is this binary again.
    if std::env::args().nth(1).as_deref() == Some(worker::ARGUMENT) {
        return worker::main();
    }
    let mut arguments = Arguments::from_args();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = arguments.test_threads.unwrap_or(CHECKS_A_PROCESSOR * processors);
    arguments.test_threads = Some(at_once);
    let order = SelfTest {
        suites: checks::suites().iter().collect(),
        collection: collection::folder(),
        file: None,
        every_language: collection::all_is_required(),
        seed: SEED,
        jobs: at_once,
        isolation: IsolationChoice::Auto,
    };
    let prepared = collection::collection(&order.collection).and_then(|all| Recorded::of(&all));
    let prepared = prepared.map_err(|error| RunError::Usage(error.to_string()));
    let (singles, recorded) = match order.singles().and_then(|singles| Ok((singles, prepared?))) {
        Ok((singles, recorded)) => (Arc::new(singles), Arc::new(recorded)),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let changed: Arc<Mutex<Vec<Single>>> = Arc::default();
    let trials = singles.all.iter().cloned().map(|single| {
        let (singles, recorded, changed) = (singles.clone(), recorded.clone(), changed.clone());
        Trial::test(single.name(), move || {
            if !tried(&singles, &recorded, &single)?.is_empty() {
                changed.lock().unwrap_or_else(PoisonError::into_inner).push(single);
            }
            Ok(())
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    // Beside many others a program may stop at another place, with the same verdict.
    let changed = std::mem::take(&mut *changed.lock().unwrap_or_else(PoisonError::into_inner));
    let conclusion = if changed.is_empty() || conclusion.has_failed() {
        conclusion
    } else {
        println!("\nthese got another report than the one that is kept; each is tried again alone");
        let trials = changed.into_iter().map(|single| {
            let (singles, recorded) = (singles.clone(), recorded.clone());
            Trial::test(format!("{}::report", single.name()), move || {
                tried_alone(&singles, &recorded, &single)
            })
        });
        let alone = Arguments { test_threads: Some(1), ..Arguments::default() };
        libtest_mimic::run(&alone, trials.collect())
    };
    let left_out = left_out(&singles.not_tried);
    if !left_out.is_empty() && !arguments.list {
        println!("not tried here: {left_out}; `cargo xtask doctor` says what to install");
    }
    conclusion.exit_code()
}

/// Tries a program. Returns the reports that differ from the kept ones.
fn tried(singles: &Singles, recorded: &Recorded, single: &Single) -> Result<Vec<Report>, Failed> {
    let outcome = singles.run(single).map_err(|error| Failed::from(error.to_string()))?;
    if outcome.deviations() > 0 {
        return Err(told(&outcome).into());
    }
    let Single::File(specimen) = single else { return Ok(Vec::new()) };
    Ok(recorded.changed(&specimen.path, &outcome))
}

fn tried_alone(singles: &Singles, recorded: &Recorded, single: &Single) -> Result<(), Failed> {
    let mut changed = Vec::new();
    for _ in 0..TRIES {
        changed = tried(singles, recorded, single)?;
        if changed.is_empty() {
            break;
        }
    }
    changed.iter().for_each(Report::tell);
    Ok(())
}

fn told(outcome: &Outcome) -> String {
    let mut text = Vec::new();
    let suffix = format!("--seed {SEED}");
    // Writing to memory does not fail.
    let _ = report::selftest::human(outcome, &suffix, Palette::new(false), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// The programs of the collection and the other tests that were left out.
fn left_out(languages: &[NotTried]) -> String {
    let programs =
        languages.iter().map(|one| format!("{} in {}", count(one.programs, "program"), one.language));
    programs.chain(tests::tools::missing()).collect::<Vec<_>>().join(", ")
}
