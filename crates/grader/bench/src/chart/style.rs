//! How the programs are distinguished: by colour, by the marks on the line and by its dashes, so that any one of them is enough.

use super::{Area, Drawn};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Colours that people with any kind of colour vision can distinguish (Okabe and Ito, Color Universal Design, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 0, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(204, 121, 167),
    RGBColor(0, 158, 115),
    RGBColor(230, 159, 0),
];
/// Lengths of dash and gap, in pixels. The first is a solid line.
const DASHES: [(u32, u32); 6] = [(1, 0), (12, 4), (1, 0), (4, 4), (1, 0), (2, 3)];
/// Corners of the marks, around their middle.
const MARKS: [&[(i32, i32)]; 6] = [
    &[(-4, -4), (4, -4), (4, 4), (-4, 4)],
    &[(0, -6), (6, 5), (-6, 5)],
    &[(-5, -2), (-2, -5), (2, -5), (5, -2), (5, 2), (2, 5), (-2, 5), (-5, 2)],
    &[(0, -7), (6, 0), (0, 7), (-6, 0)],
    &[(-6, -5), (6, -5), (0, 6)],
    &[(-7, -2), (7, -2), (7, 2), (-7, 2)],
];

/// The colour of the text that says where and how it was measured.
pub(super) const GREY: RGBColor = RGBColor(70, 70, 70);
/// The colour of the lines behind the curves.
pub(super) const PALE: RGBColor = RGBColor(222, 222, 222);

/// Text of this height in pixels, positioned by its upper left corner.
pub(super) fn text(height: u32) -> TextStyle<'static> {
    // The library takes a point to be 1.24 pixels.
    ("sans-serif", f64::from(height) * 1.24).into_text_style(&(0, 0)).pos(Pos::new(HPos::Left, VPos::Top))
}

/// The same for a title.
pub(super) fn title(height: u32) -> TextStyle<'static> {
    let font = ("sans-serif", f64::from(height) * 1.24, FontStyle::Bold);
    font.into_text_style(&(0, 0)).pos(Pos::new(HPos::Left, VPos::Top))
}

/// The style of a program's line.
#[derive(Clone, Copy)]
pub(super) struct Look {
    colour: RGBColor,
    dash: (u32, u32),
    mark: &'static [(i32, i32)],
}

impl Look {
    /// The style of the program with this index.
    pub(super) fn of(index: usize) -> Look {
        let index = index % COLOURS.len();
        Look { colour: COLOURS[index], dash: DASHES[index], mark: MARKS[index] }
    }

    /// Whether its line has gaps.
    pub(super) fn is_dashed(self) -> bool {
        self.dash.1 > 0
    }

    /// Draws a line through these pixels.
    pub(super) fn line(self, area: &Area<'_>, points: &[(i32, i32)], width: u32) -> Drawn {
        let style = self.colour.stroke_width(width);
        match self.dash {
            (_, 0) => area.draw(&PathElement::new(points, style))?,
            (dash, gap) => area.draw(&DashedPathElement::new(points.iter().copied(), dash, gap, style))?,
        }
        Ok(())
    }

    /// Draws its marks at these pixels.
    pub(super) fn marks(self, area: &Area<'_>, points: &[(i32, i32)]) -> Drawn {
        for (x, y) in points {
            let corners: Vec<(i32, i32)> = self.mark.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
            area.draw(&Polygon::new(corners, self.colour.filled()))?;
        }
        Ok(())
    }
}
