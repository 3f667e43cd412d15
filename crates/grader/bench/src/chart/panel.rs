//! One small chart: a value of each program against the number of clients, both on logarithmic scales.

use super::style::{GREY, Look, PALE, text, title};
use super::{Area, Drawn};
use crate::results::{Figures, Report};
use crate::table::grouped;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// The content of a chart.
pub(super) struct Panel {
    pub(super) title: &'static str,
    /// The first value is drawn with its marks, the others with thin lines.
    pub(super) values: &'static [fn(&Figures) -> f64],
}

impl Panel {
    /// Draws it.
    ///
    /// # Errors
    /// When the library cannot.
    pub(super) fn draw(&self, report: &Report, area: &Area<'_>) -> Drawn {
        area.draw(&Text::new(self.title, (18, 8), title(16)))?;
        let clients = report.rows.iter().flat_map(|row| &row.points).map(|(clients, _)| *clients as f64);
        let figures = || report.rows.iter().flat_map(|row| row.measured());
        let values = figures().flat_map(|(_, figures)| self.values.iter().map(move |value| value(figures)));
        let mut chart = ChartBuilder::on(area)
            .margin_top(36)
            .margin_right(18)
            .set_label_area_size(LabelAreaPosition::Left, 72)
            .set_label_area_size(LabelAreaPosition::Bottom, 44)
            .build_cartesian_2d(decades(clients).log_scale(), decades(values).log_scale())?;
        chart
            .configure_mesh()
            .bold_line_style(PALE)
            .light_line_style(TRANSPARENT)
            .axis_style(GREY)
            .label_style(text(14))
            .x_labels(5)
            .y_labels(5)
            .x_label_formatter(&|clients| short(*clients))
            .y_label_formatter(&|value| short(*value))
            .x_desc("clients")
            .axis_desc_style(text(14).pos(Pos::new(HPos::Center, VPos::Top)))
            .draw()?;
        // The curves are drawn in pixels, so dashes and marks do not depend on the scales.
        let plane = area.strip_coord_spec();
        let (left, top) = area.get_base_pixel();
        // Dashed lines are drawn last: where two lines coincide, the lower one shows through.
        let looks = report.rows.iter().enumerate().map(|(index, row)| (Look::of(index), row));
        let (dashed, whole): (Vec<_>, Vec<_>) = looks.partition(|(look, _)| look.is_dashed());
        for (look, row) in whole.into_iter().chain(dashed) {
            for (number, value) in self.values.iter().enumerate() {
                let values = row.measured().map(|(clients, figures)| (clients as f64, value(figures)));
                let drawable = values.filter(|(_, value)| *value > 0.0);
                let pixels = drawable.map(|point| chart.backend_coord(&point));
                let pixels: Vec<(i32, i32)> = pixels.map(|(x, y)| (x - left, y - top)).collect();
                look.line(&plane, &pixels, if number == 0 { 2 } else { 1 })?;
                if number == 0 {
                    look.marks(&plane, &pixels)?;
                }
            }
        }
        Ok(())
    }
}

/// The range of powers of ten around these values, and a little more.
fn decades(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (least, most) = values
        .filter(|value| *value > 0.0)
        .fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), value| (least.min(value), most.max(value)));
    if least > most {
        return 1.0..10.0;
    }
    // A value slightly beyond a power of ten fits into the additional range.
    const HARDLY: f64 = 0.05;
    let first = 10_f64.powf((least.log10() + HARDLY).floor());
    let last = 10_f64.powf((most.log10() - HARDLY).ceil()).max(first * 10.0);
    first * 0.75..last * 1.2
}

/// A power of ten as it is usually written on an axis.
fn short(value: f64) -> String {
    if value > 0.5 { grouped(value) } else { format!("{}", (value * 1e6).round() / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_powers_of_ten() {
        assert_eq!(decades([17.0, 420.0].into_iter()), 7.5..1200.0);
        assert_eq!(decades([1.0].into_iter()), 0.75..12.0);
        assert_eq!(decades([0.95, 10_001.0].into_iter()), 0.75..12_000.0);
        assert_eq!(decades([0.0].into_iter()), 1.0..10.0);
    }

    #[test]
    fn labels_are_short() {
        let labels: Vec<String> = [0.01, 0.1, 0.9999999, 100.0, 1e4, 1e6].map(short).to_vec();
        assert_eq!(labels, ["0.01", "0.1", "1", "100", "10,000", "1,000,000"]);
    }
}
