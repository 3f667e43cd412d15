//! The figures as CSV, a row for each program and number of clients. Names of columns end with the unit: `_us` are microseconds, `_busy`
//! and `disturbed` are shares of 1.

use crate::results::{Figures, Outcome, Report};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// One row. Empty cells were not measured.
#[derive(Debug, Default, Serialize)]
struct Line<'a> {
    program: &'a str,
    clients: usize,
    stopped_because: &'a str,
    connections_per_second: Option<f64>,
    connections_are_lower_bound: Option<bool>,
    lines_per_second: Option<f64>,
    lines_are_lower_bound: Option<bool>,
    generator_busy: Option<f64>,
    server_busy: Option<f64>,
    lone_lines_per_second: Option<f64>,
    offered_lines_per_second: Option<f64>,
    latency_p50_us: Option<f64>,
    latency_p99_us: Option<f64>,
    latency_p999_us: Option<f64>,
    latency_is_upper_bound: Option<bool>,
    latency_samples: Option<u64>,
    unanswered: Option<u64>,
    sent_late_p99_us: Option<f64>,
    memory_per_client_bytes: Option<f64>,
    processes: Option<usize>,
    threads: Option<usize>,
    disturbed: Option<f64>,
}

impl<'a> Line<'a> {
    fn measured(program: &'a str, clients: usize, figures: &Figures) -> Line<'a> {
        let Figures { connections, lines, latency, .. } = figures;
        Line {
            program,
            clients,
            stopped_because: "",
            connections_per_second: rounded(connections.per_second),
            connections_are_lower_bound: Some(figures.connections_are_lower_bound()),
            lines_per_second: rounded(lines.per_second),
            lines_are_lower_bound: Some(figures.lines_are_lower_bound()),
            generator_busy: rounded(lines.generator_busy),
            server_busy: rounded(figures.server_busy),
            lone_lines_per_second: rounded(figures.lone_lines.per_second),
            offered_lines_per_second: latency.offered_per_second.and_then(rounded),
            latency_p50_us: rounded(latency.p50),
            latency_p99_us: rounded(latency.p99),
            latency_p999_us: latency.p999.and_then(rounded),
            latency_is_upper_bound: Some(latency.is_upper_bound()),
            latency_samples: Some(latency.samples),
            unanswered: Some(latency.unanswered),
            sent_late_p99_us: rounded(latency.late_p99),
            memory_per_client_bytes: rounded(figures.memory_per_client),
            processes: Some(figures.processes),
            threads: Some(figures.threads),
            disturbed: rounded(figures.disturbed),
        }
    }
}

/// Rounded to a thousandth: further digits are noise.
fn rounded(value: f64) -> Option<f64> {
    Some((value * 1000.0).round() / 1000.0)
}

/// Writes all rows.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn write(report: &Report, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for row in &report.rows {
        for (clients, outcome) in &row.points {
            writer.serialize(match outcome {
                Outcome::Measured(figures) => Line::measured(&row.program, *clients, figures),
                Outcome::Stopped(reason) => {
                    let (program, clients) = (row.program.as_str(), *clients);
                    Line { program, clients, stopped_because: reason, ..Line::default() }
                }
            })?;
        }
    }
    writer.flush()
}

/// Checks that a file can be created in that folder.
///
/// # Errors
/// When it cannot.
pub(crate) fn probe(folder: &Path) -> io::Result<()> {
    File::options().create(true).append(true).open(folder.join("bench.csv")).map(drop)
}
