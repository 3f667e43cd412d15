//! Measures servers of lab 5: how many connections and lines per second, how long a line waits, and what a client costs, with one client
//! and with thousands. It is a separate program, so that the first build of others is not slowed down by what only an instructor needs.
//! `cargo xtask bench` builds and calls it.
//!
//! Unlike a check, this is about speed. So windows of time bound everything, and nothing is right or wrong.

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
mod table;
mod unmeasured;
mod worker;

use arguments::Arguments;
use clap::Parser;
use cli::{Format, Status, tell};
use indicatif::{ProgressBar, ProgressStyle};
use results::Report;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use unmeasured::Unmeasured;

fn main() -> ExitCode {
    cli::main(&[(worker::ARGUMENT, worker::main), (answerer::ARGUMENT, answerer::main)], measure)
}

fn measure() -> Status {
    let arguments = Arguments::parse();
    cli::color(arguments.color);
    let order = match arguments.order() {
        Ok(order) => order,
        Err(message) => return tell(message, Status::WrongUse),
    };
    if let Some(folder) = &arguments.output
        && let Err(error) = std::fs::create_dir_all(folder).and_then(|()| sheet::probe(folder))
    {
        return tell(format!("cannot write to {}: {error}", folder.display()), Status::WrongUse);
    }
    let progress = progress(order.steps());
    let result = order.run(&progress);
    progress.finish_and_clear();
    let written = result.and_then(|report| Ok(write(&report, &arguments)?));
    match written {
        Ok(()) => Status::Passed,
        Err(Unmeasured::Row(what) | Unmeasured::Fault(what)) => tell(
            format!("the benchmark itself failed; this says nothing about the programs: {what}"),
            Status::GraderFailed,
        ),
    }
}

/// A bar on standard error, if that is a terminal.
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
    cli::written(written)
}

/// Writes the files.
fn keep(report: &Report, folder: &Path) -> io::Result<()> {
    sheet::write(report, std::fs::File::create(folder.join("bench.csv"))?)?;
    std::fs::write(folder.join("bench.svg"), chart::svg(report)?)
}
