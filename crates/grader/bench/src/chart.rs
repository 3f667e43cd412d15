//! The figures as a picture for a slide: six small charts that share their axis of clients, one legend, and below it the place of the
//! measurement. SVG, so that it stays sharp on any screen.

mod panel;
mod style;

use crate::results::{Figures, Outcome, Report};
use crate::table::{self, grouped};
use panel::Panel;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::io;
use style::{Look, text};

pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// The result of drawing, with any error of the drawing library.
pub(crate) type Drawn = Result<(), Box<dyn Error>>;

/// The size of a slide, in pixels.
const SIZE: (u32, u32) = (1280, 720);
const HEADER: i32 = 96;
const LINE: i32 = 19;
const MARGIN: i32 = 30;
/// The approximate width of a character, in relation to its height.
const CHARACTER: f64 = 0.56;

const PANELS: [Panel; 6] = [
    Panel { title: "Lines per second, all speak", values: &[|figures: &Figures| figures.lines.per_second] },
    Panel {
        title: "Lines per second, only one speaks",
        values: &[|figures: &Figures| figures.lone_lines.per_second],
    },
    Panel {
        title: "Wait for an answer, in ms: 99 % (thin: 50 %)",
        values: &[
            |figures: &Figures| figures.latency.p99 / 1e3,
            |figures: &Figures| figures.latency.p50 / 1e3,
        ],
    },
    Panel { title: "Connections per second", values: &[|figures: &Figures| figures.connections.per_second] },
    Panel {
        title: "Memory for each client, in KiB",
        values: &[|figures: &Figures| figures.memory_per_client / 1024.0],
    },
    Panel { title: "Threads of all processes", values: &[|figures: &Figures| figures.threads as f64] },
];

/// The picture.
///
/// # Errors
/// When the library cannot draw it.
pub(crate) fn svg(report: &Report) -> io::Result<String> {
    let mut svg = String::new();
    draw(report, &mut svg).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(svg)
}

fn draw(report: &Report, svg: &mut String) -> Drawn {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let notes = notes(report);
    let footer = LINE * i32::try_from(notes.len())? + 24;
    let (header, rest) = root.split_vertically(HEADER);
    let (middle, bottom) = rest.split_vertically(SIZE.1.cast_signed() - HEADER - footer);
    header.draw(&Text::new("Ways to serve many clients, measured", (MARGIN, 14), style::title(28)))?;
    legend(report, &header)?;
    for (panel, area) in PANELS.iter().zip(middle.margin(0, 0, 12, 12).split_evenly((2, 3))) {
        panel.draw(report, &area)?;
    }
    for (number, note) in (0..).zip(notes) {
        bottom.draw(&Text::new(note, (MARGIN, 12 + number * LINE), text(14).color(&style::GREY)))?;
    }
    root.present()?;
    Ok(())
}

/// Each program's name after a piece of its line.
fn legend(report: &Report, area: &Area<'_>) -> Drawn {
    const PIECE: i32 = 44;
    const Y: i32 = 70;
    let mut x = MARGIN;
    for (index, row) in report.rows.iter().enumerate() {
        let look = Look::of(index);
        look.line(area, &[(x, Y), (x + PIECE, Y)], 2)?;
        look.marks(area, &[(x + PIECE / 2, Y)])?;
        area.draw(&Text::new(row.program.clone(), (x + PIECE + 8, Y - 8), text(17)))?;
        x += PIECE + 34 + (row.program.chars().count() as f64 * 17.0 * CHARACTER) as i32;
    }
    Ok(())
}

/// Where rows stop, and where and how they were measured.
fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    for row in &report.rows {
        if row.takes_turns {
            notes.push(format!(
                "{} serves one client at a time: with n clients its waits are those of n visitors for their turn.",
                row.program
            ));
        }
        let stop = row.points.iter().find_map(|(clients, outcome)| match outcome {
            Outcome::Stopped(reason) => Some((clients, reason)),
            Outcome::Measured(_) => None,
        });
        if let Some((clients, reason)) = stop {
            notes.push(format!(
                "{} stops before {} clients: {reason}.",
                row.program,
                grouped(*clients as f64)
            ));
        }
    }
    notes.push(format!("Measured on {}.", report.machine.told()));
    notes.push(table::headroom(report));
    notes.extend(table::disturbance(report));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::report;

    #[test]
    fn the_picture_names_every_program_and_panel() {
        let report = report();
        let svg = svg(&report).unwrap();
        for row in &report.rows {
            assert!(svg.contains(&row.program));
        }
        for panel in &PANELS {
            assert!(svg.contains(panel.title), "{}", panel.title);
        }
        assert!(svg.contains("stops before 1,000 clients"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
