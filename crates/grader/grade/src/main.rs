//! The program behind `cargo xtask grade` and `cargo xtask merge`, which xtask builds when it is asked for.

mod arguments;
mod progress;
mod run;

use anstream::ColorChoice;
use arguments::{Arguments, Command};
use clap::Parser;
use grade::workshop;
use run::Trouble;
use run::ledger::{self, Ledger};
use std::panic;
use std::process::ExitCode;

/// The command makes no sense.
const WRONG_USE: u8 = 2;
/// The grader itself failed.
const FAILED: u8 = 3;

fn main() -> ExitCode {
    // A panic, which tells itself, is no answer of the tool's.
    panic::catch_unwind(run_command).unwrap_or(FAILED.into())
}

fn run_command() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(runner::worker::ARGUMENT) => return runner::worker::main(),
        Some(workshop::ARGUMENT) => return workshop::main(),
        _ => {}
    }
    let arguments = Arguments::parse();
    match arguments.color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
    .write_global();
    let result = match &arguments.command {
        Command::Grade(grade) => ledger::suite(&grade.lab).and_then(|suite| run::grade(grade, suite)),
        Command::Merge(merge) => run::merge(merge),
    };
    match result {
        Ok(ledger) => told(&ledger),
        Err(trouble) => {
            anstream::eprintln!("error: {}", report::escape::text(&trouble.to_string()));
            let status = if matches!(trouble, Trouble::Usage(_)) { WRONG_USE } else { FAILED };
            status.into()
        }
    }
}

/// Tells what was found out. The exit status says whether every submission has all its marks.
fn told(ledger: &Ledger) -> ExitCode {
    anstream::print!("{}", ledger.summary());
    if ledger.is_complete() { ExitCode::SUCCESS } else { FAILED.into() }
}
