//! The program behind `cargo xtask grade` and `cargo xtask merge`, which xtask builds when it is asked for.

mod arguments;
mod progress;
mod run;

use arguments::{Arguments, Command};
use clap::Parser;
use cli::{Status, tell};
use grade::workshop;
use run::Trouble;
use run::ledger::{self, Ledger};
use runner::worker;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(&[(worker::ARGUMENT, worker::main), (workshop::ARGUMENT, workshop::main)], run_command)
}

fn run_command() -> Status {
    let arguments = Arguments::parse();
    cli::color(arguments.color);
    let result = match &arguments.command {
        Command::Grade(grade) => ledger::suite(&grade.lab).and_then(|suite| run::grade(grade, suite)),
        Command::Merge(merge) => run::merge(merge),
    };
    match result {
        Ok(ledger) => told(&ledger),
        Err(trouble) => {
            let is_usage = matches!(trouble, Trouble::Usage(_));
            let status = if is_usage { Status::WrongUse } else { Status::GraderFailed };
            tell(report::escape::text(&trouble.to_string()), status)
        }
    }
}

/// Reports the results. The exit status says whether every submission has all its marks.
fn told(ledger: &Ledger) -> Status {
    anstream::print!("{}", ledger.summary());
    if ledger.is_complete() { Status::Passed } else { Status::GraderFailed }
}
