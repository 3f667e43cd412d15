//! The figures as a table for a terminal, and in words what they mean and how far they can be trusted.

use crate::results::{Figures, Outcome, Rate, Report, Row};
use anstyle::Style;
use std::io::{self, Write};

/// What each column is called, and how wide it is at least.
const COLUMNS: [&str; 12] = [
    "CLIENTS",
    "CONNECTIONS/s",
    "LINES/s",
    "ONE SPEAKS/s",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "KiB/CLIENT",
    "PROCESSES",
    "THREADS",
    "SERVER",
    "GENERATOR",
];

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// Writes it.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for row in &report.rows {
        let turns = if row.takes_turns { "  (serves one client at a time)" } else { "" };
        writeln!(out, "{STRONG}{}{STRONG:#}{FAINT}{turns}{FAINT:#}", row.program)?;
        let heading: Vec<String> = COLUMNS.iter().map(|name| format!("{name:>0$}", width(name))).collect();
        writeln!(out, "{FAINT}  {}{FAINT:#}", heading.join("  "))?;
        points(row, out)?;
        writeln!(out)?;
    }
    for line in words(report) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn width(name: &str) -> usize {
    name.len().max(7)
}

fn points(row: &Row, out: &mut impl Write) -> io::Result<()> {
    for (clients, outcome) in &row.points {
        match outcome {
            Outcome::Measured(figures) => {
                let cells = cells(*clients, figures);
                let cells = COLUMNS.iter().zip(cells).map(|(name, cell)| format!("{cell:>0$}", width(name)));
                writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  "))?;
            }
            Outcome::Stopped(reason) => {
                let clients = format!("{:>1$}", grouped(*clients as f64), width(COLUMNS[0]));
                // What ends the row ends it for all that come after.
                return writeln!(out, "  {clients}  stops here: {reason}");
            }
        }
    }
    Ok(())
}

fn cells(clients: usize, figures: &Figures) -> [String; COLUMNS.len()] {
    let latency = &figures.latency;
    let bound = if latency.is_upper_bound() { "≤" } else { "" };
    let milliseconds = |microseconds: f64| format!("{bound}{}", short(microseconds / 1000.0));
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    [
        grouped(clients as f64),
        rate(figures.connections, figures.connections_are_lower_bound()),
        rate(figures.lines, figures.lines_are_lower_bound()),
        grouped(figures.lone_lines.per_second),
        milliseconds(latency.p50),
        milliseconds(latency.p99),
        latency.p999.map_or_else(|| "–".to_owned(), milliseconds),
        short(figures.memory_per_client / 1024.0),
        grouped(figures.processes as f64),
        grouped(figures.threads as f64),
        percent(figures.server_busy),
        percent(figures.lines.generator_busy),
    ]
}

fn rate(rate: Rate, is_lower_bound: bool) -> String {
    format!("{}{}", if is_lower_bound { "≥" } else { "" }, grouped(rate.per_second))
}

/// A number with its thousands apart: `12,345`.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with about three digits.
fn short(number: f64) -> String {
    match number {
        number if number < 10.0 => format!("{number:.2}"),
        number if number < 100.0 => format!("{number:.1}"),
        number => grouped(number),
    }
}

/// What the columns mean, and how it was made sure that the server was measured and not the generator.
fn words(report: &Report) -> Vec<String> {
    let mut lines = vec![
        report.machine.told(),
        format!("Each rate was measured for {} s. CONNECTIONS: a client connects, has a line answered, says bye and sees", report.window),
        "the end, up to 64 at a time, the others silent. LINES: every client always waits for the answer to one line; SERVER and".to_owned(),
        "GENERATOR are how busy both were then. ONE SPEAKS: all others are silent. p50 to p99.9: a line's waiting, from the time".to_owned(),
        "at which it was due in a fixed timetable of 5,000 lines a second, or half of LINES where that is less; so what a line".to_owned(),
        "waits that is sent late counts too (no coordinated omission). Where one is served at a time, it is a visit's waiting for".to_owned(),
        "its answer, with as many visitors as clients. KiB/CLIENT: memory and page tables of the server's processes, without the kernel's sockets.".to_owned(),
    ];
    lines.extend(trust(report));
    lines
}

/// How far the generator was from being the bottleneck.
pub(crate) fn trust(report: &Report) -> Vec<String> {
    let lines = report.calibration.lines;
    vec![
        format!(
            "The generator takes {} lines a second from a peer that answers fixed bytes ({:.0} % busy); the fastest server: {}.",
            grouped(lines.per_second),
            lines.generator_busy * 100.0,
            grouped(report.fastest()),
        ),
        "≥: the generator was over 85 % busy, and the server less, which may do more. ≤: the generator's own delays are over a".to_owned(),
        "quarter of it.".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_grouped() {
        assert_eq!(grouped(0.0), "0");
        assert_eq!(grouped(999.6), "1,000");
        assert_eq!(grouped(1_234_567.0), "1,234,567");
        assert_eq!(short(0.1234), "0.12");
        assert_eq!(short(12.34), "12.3");
        assert_eq!(short(12345.6), "12,346");
    }
}
