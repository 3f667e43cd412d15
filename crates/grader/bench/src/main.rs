//! Measures servers of lab 5: how many connections and lines a second, how long a line waits, and what a client costs, with
//! one client and with thousands. A program of its own, so that what only an instructor needs does not slow down anybody's
//! first build; `cargo xtask bench` builds and calls it.
//!
//! Unlike a check, this is about speed, so windows of time bound everything, and nothing is right or wrong.

mod answerer;
mod arguments;
mod chart;
mod limits;
mod load;
mod placement;
mod point;
mod results;
mod run;
mod server;
mod sheet;
mod stop;
mod table;
mod worker;

use anstream::ColorChoice;
use arguments::{Arguments, Format};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use results::Report;
use std::io::{self, ErrorKind, Write};
use std::panic;
use std::path::Path;
use std::process::ExitCode;
use stop::Stop;

/// The command makes no sense.
const WRONG_USE: u8 = 2;
/// The tool itself failed.
const FAILED: u8 = 3;

fn main() -> ExitCode {
    // A panic, which tells itself, is no answer of the tool's.
    panic::catch_unwind(run_command).unwrap_or(FAILED.into())
}

fn run_command() -> ExitCode {
    let mut words = std::env::args().skip(1);
    match (words.next().as_deref(), words.next()) {
        (Some(worker::ARGUMENT), _) => worker::main(),
        (Some(answerer::ARGUMENT), port) => told(&answer(port).to_string(), FAILED),
        _ => measure(&Arguments::parse()),
    }
}

/// Answers for as long as it can.
fn answer(port: Option<String>) -> io::Error {
    match port.and_then(|port| port.parse().ok()).map(answerer::serve) {
        None => ErrorKind::InvalidInput.into(),
        Some(Err(error)) => error,
    }
}

fn measure(arguments: &Arguments) -> ExitCode {
    match arguments.color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
    .write_global();
    let order = match arguments.order() {
        Ok(order) => order,
        Err(message) => return told(&message, WRONG_USE),
    };
    if let Some(folder) = &arguments.output
        && let Err(error) = std::fs::create_dir_all(folder).and_then(|()| sheet::probe(folder))
    {
        return told(&format!("cannot write to {}: {error}", folder.display()), WRONG_USE);
    }
    let progress = progress(order.steps());
    let result = order.run(&progress);
    progress.finish_and_clear();
    let written = result.and_then(|report| Ok(write(&report, arguments)?));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Row(what) | Stop::Fault(what)) => told(
            &format!("the benchmark itself failed; this says nothing about the programs: {what}"),
            FAILED,
        ),
    }
}

fn told(message: &str, status: u8) -> ExitCode {
    anstream::eprintln!("error: {message}");
    status.into()
}

/// A bar on standard error, where that is a terminal.
fn progress(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {elapsed} of about {duration}  {msg}");
    let bar = ProgressBar::new(steps);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn write(report: &Report, arguments: &Arguments) -> io::Result<()> {
    if let Some(folder) = &arguments.output {
        keep(report, folder)?;
    }
    let mut out = anstream::stdout().lock();
    let written = match arguments.format {
        Format::Human => table::write(report, &mut out),
        Format::Json => serde_json::to_writer_pretty(&mut out, report)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
    };
    // A reader that has seen enough, such as `head`, is no error.
    written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Writes the files.
fn keep(report: &Report, folder: &Path) -> io::Result<()> {
    sheet::write(report, std::fs::File::create(folder.join("bench.csv"))?)?;
    std::fs::write(folder.join("bench.svg"), chart::svg(report)?)
}
