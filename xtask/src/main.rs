//! `cargo xtask`: reads the command line and calls the modules that do the work. It decides nothing but the exit status.

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

use arguments::{Arguments, Command};
use clap::Parser;
use cli::Status;
use runner::worker;
use std::process::ExitCode;
use trouble::Trouble;

fn main() -> ExitCode {
    cli::main(&[(worker::ARGUMENT, worker::main)], run)
}

fn run() -> Status {
    let arguments = Arguments::parse();
    cli::color(arguments.color);
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
    result.unwrap_or_else(|trouble: Trouble| trouble.tell())
}
