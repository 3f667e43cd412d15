//! The figures as a table for a terminal, with an explanation of what they mean and how far they can be trusted.

use crate::results::{Figures, Outcome, Rate, Report, Row};
use anstyle::Style;
use std::io::{self, Write};

/// The name and the smallest width of each column.
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

/// The width of the table, and of the words below it.
const WIDTH: usize = 127;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// Writes the table.
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
    if report.fastest() == 0.0 {
        return writeln!(out, "Nothing could be measured. Does `cargo xtask check lab5` pass?");
    }
    for line in words(report).iter().flat_map(|paragraph| wrapped(paragraph)) {
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
                // The reason that ends a row also holds for all later points.
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

/// A number with separated thousands: `12,345`.
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

/// What the columns mean, and how far they can be trusted, paragraph by paragraph.
fn words(report: &Report) -> Vec<String> {
    let mut paragraphs = vec![
        format!("Measured on {}, each rate for {} s.", report.machine.told(), report.window),
        "CONNECTIONS: a client connects, has a line answered, says bye and sees the end; up to 64 at a time, while all others \
         are silent. LINES: every client always waits for the answer to one line; SERVER and GENERATOR are how busy both were \
         then. ONE SPEAKS: and all others are silent."
            .to_owned(),
        "p50, p99, p99.9: a line's wait for its answer, counted from the time at which it was due in a fixed timetable of \
         5,000 lines a second, or half of LINES where that is less. So the wait of a line that is sent late, since the one \
         before has no answer yet, counts in full (no coordinated omission). Where one client is served at a time, it is the \
         wait from connecting to the answer, with as many visitors as clients."
            .to_owned(),
        "KiB/CLIENT: memory and page tables of all processes, without what the kernel keeps for them and their sockets."
            .to_owned(),
        format!(
            "{} ≥: the generator was over 85 % busy and the server less, which may do more. ≤: the generator's own delays are \
             over a quarter of it.",
            headroom(report)
        ),
    ];
    paragraphs.extend(disturbance(report));
    paragraphs
}

/// How far the generator was from being the bottleneck.
pub(crate) fn headroom(report: &Report) -> String {
    let lines = report.calibration.lines;
    format!(
        "From a peer that answers fixed bytes the generator takes {} lines a second ({:.0} % busy); from the fastest server it \
         took {}.",
        grouped(lines.per_second),
        lines.generator_busy * 100.0,
        grouped(report.fastest()),
    )
}

/// A warning if something else ran on the generator's processor.
pub(crate) fn disturbance(report: &Report) -> Option<String> {
    const BEARABLE: f64 = 0.02;
    let worst = report.disturbed();
    (worst > BEARABLE).then(|| {
        format!(
            "The machine was not quiet: for up to {:.0} % of a point's time the generator waited for its processor. Measure again.",
            worst * 100.0
        )
    })
}

/// Breaks a text at its spaces.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(last) if line == 0 || line + 1 + word.chars().count() <= WIDTH => {
                last.push_str(if line == 0 { "" } else { " " });
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::report;

    #[test]
    fn every_line_fits_the_width_and_stops_are_told() {
        let mut out = Vec::new();
        write(&report(), &mut out).unwrap();
        let text = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("  1,000  stops here: it \"waits\", and more"), "{text}");
        assert!(text.contains("for up to 30 % of a point's time"), "{text}");
    }

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
