//! `cargo xtask`: reads the command line and calls what does the work. It decides nothing but the exit status.

mod arguments;
mod bench;
mod check;
mod course;
mod destination;
mod doctor;
mod draw;
mod export;
mod grade;
mod keeper;
mod naming;
mod order;
mod results;
mod selftest;
mod show;
mod tool;
mod trouble;
mod xray;

use anstream::ColorChoice;
use arguments::{Arguments, Command};
use clap::Parser;
use std::panic;
use std::process::ExitCode;
use trouble::{Status, Trouble};

/// The hidden first argument with which the runner starts this binary again, once for each check.
const WORKER: &str = "__check";

fn main() -> ExitCode {
    // A panic, which tells itself, is no answer of the tool's.
    panic::catch_unwind(run_command).unwrap_or(Status::GraderFailed.into())
}

fn run_command() -> ExitCode {
    // Before anything else: a check's own process must be as small as it can be.
    if std::env::args_os().nth(1).is_some_and(|first| first == WORKER) {
        return runner::worker::main();
    }
    let arguments = Arguments::parse();
    match arguments.color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
    .write_global();
    let result = match &arguments.command {
        Command::List(list) => show::list(list),
        Command::Doctor(doctor) => doctor::doctor(doctor),
        Command::Draw(draw) => draw::draw(draw),
        Command::Explain(explain) => show::explain(explain),
        Command::Check(check) => check::check(check),
        Command::Selftest(selftest) => selftest::selftest(selftest),
        Command::Bench(bench) => bench::bench(bench),
        Command::Export(export) => export::export(export),
        Command::Grade(words) => grade::grade("grade", words),
        Command::Merge(words) => grade::grade("merge", words),
        Command::Xray(xray) => xray::xray(xray),
    };
    result.unwrap_or_else(|trouble: Trouble| trouble.tell()).into()
}
