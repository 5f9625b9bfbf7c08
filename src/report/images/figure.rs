//! A figure: panes above each other over one axis, with a legend. Places everything on the sheet; the template draws it.
//!
//! Made for paper: black on white, colours that stay apart for colour-blind readers, dots besides colours, a
//! legend beside the plot so that it never lies on a curve.

use serde::Serialize;

use super::axes::{Axis, count};
use super::marks::{Drawn, Mark, PlotArea, Stroke, px};
use super::paint::{Paint, Sign};
use super::ticks::Tick;
use crate::report::ReportError;
use crate::report::template::fill;

/// Of the sheet, in pixels at 96 dpi.
const WIDTH: f64 = 900.0;
/// Of a figure's one pane.
pub(super) const HEIGHT: f64 = 344.0;
/// Around the plot.
const LEFT: f64 = 34.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 48.0;
/// Between panes.
const GAP: f64 = 22.0;
/// Of a letter in the legend.
const LETTER: f64 = 6.6;
/// Legends are not wider than this.
const WIDEST: f64 = 240.0;
/// Between the legend's lines.
const LINE: f64 = 18.0;
/// Letters of a name in the legend, and of one at an axis.
const LEGEND_LETTERS: usize = 34;
const AXIS_LETTERS: usize = 26;

/// One plot of a figure.
#[derive(Debug, Clone)]
pub(super) struct Pane {
    pub y: Axis,
    pub height: f64,
    pub marks: Vec<(Mark, Paint)>,
}

/// What a line of the legend shows before the name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Key {
    Line,
    Area,
    Sign(Sign),
}

/// A line of the legend.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub name: String,
    pub key: Key,
    pub paint: Paint,
}

/// A chart before it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub title: String,
    pub note: String,
    pub x: Axis,
    /// From top to bottom.
    pub panes: Vec<Pane>,
    pub legend: Vec<Entry>,
}

#[derive(Serialize)]
struct Sheet {
    width: f64,
    height: f64,
    left: String,
    title: String,
    note: String,
    panes: Vec<Plot>,
    legend: Vec<LegendLine>,
}

#[derive(Serialize)]
struct Plot {
    left: String,
    top: String,
    right: String,
    bottom: String,
    x_name: String,
    y_name: String,
    x_grid: bool,
    y_grid: bool,
    x_ticks: Vec<(String, String)>,
    /// Whether it is the last, below which the marks' texts stand.
    is_last: bool,
    y_ticks: Vec<(String, String)>,
    drawn: Vec<Drawn>,
}

#[derive(Serialize)]
struct LegendLine {
    name: String,
    stroke: Stroke,
    x: String,
    y: String,
}

impl Figure {
    /// Renders the figure as SVG.
    pub fn svg(&self) -> Result<String, ReportError> {
        let right = WIDTH - RIGHT - self.legend_width();
        let mut top = TOP;
        let mut panes = Vec::new();
        for (index, pane) in self.panes.iter().enumerate() {
            let area =
                PlotArea { x: &self.x, y: &pane.y, left: self.left(), top, right, bottom: top + pane.height };
            panes.push(self.plot(pane, &area, index + 1 == self.panes.len()));
            top += pane.height + GAP;
        }
        let legend = TOP + 12.0 + LINE * count(self.legend.len());
        fill(
            "figure.svg",
            Sheet {
                width: WIDTH,
                height: (top - GAP + BOTTOM).max(legend),
                left: px(self.left()),
                title: self.title.clone(),
                note: self.note.clone(),
                panes,
                legend: self.legend.iter().enumerate().map(|(i, entry)| entry.placed(i, right)).collect(),
            },
        )
    }

    fn plot(&self, pane: &Pane, area: &PlotArea<'_>, is_last: bool) -> Plot {
        let text = |(_, text): &Tick, at: f64| (px(at), shortened(text, AXIS_LETTERS));
        Plot {
            left: px(area.left),
            top: px(area.top),
            right: px(area.right),
            bottom: px(area.bottom),
            x_name: if is_last { self.x.name.clone() } else { String::new() },
            y_name: pane.y.name.clone(),
            x_grid: self.x.grid,
            y_grid: pane.y.grid,
            x_ticks: self.x.ticks.iter().map(|tick| text(tick, area.x(tick.0))).collect(),
            is_last,
            y_ticks: pane.y.ticks.iter().map(|tick| text(tick, area.y(tick.0))).collect(),
            drawn: pane.marks.iter().flat_map(|(mark, paint)| area.drawn(mark, *paint)).collect(),
        }
    }

    /// Room for the longest label.
    fn left(&self) -> f64 {
        let texts = self.panes.iter().flat_map(|pane| &pane.y.ticks);
        let letters = texts.map(|(_, text)| count(text.chars().count().min(AXIS_LETTERS)));
        LEFT + letters.fold(0.0, f64::max) * LETTER
    }

    fn legend_width(&self) -> f64 {
        let letters = self.legend.iter().map(|entry| entry.name.chars().count().min(LEGEND_LETTERS));
        let longest = letters.map(count).fold(0.0, f64::max);
        if self.legend.is_empty() { 0.0 } else { (60.0 + longest * LETTER).min(WIDEST + 60.0) }
    }
}

impl Entry {
    /// A line of the legend for a line of the plot.
    pub fn line(name: impl Into<String>, paint: Paint) -> Self {
        Self { name: name.into(), key: Key::Line, paint }
    }

    fn placed(&self, index: usize, right: f64) -> LegendLine {
        let (x, y) = (right + 16.0, TOP + 10.0 + LINE * count(index));
        let stroke = match self.key {
            Key::Line => Stroke::line(format!("M{} {}h24", px(x), px(y)), self.paint, 2.5),
            Key::Area => {
                Stroke::filled(format!("M{} {}h14v10h-14Z", px(x + 5.0), px(y - 5.0)), self.paint, 1.0)
            }
            Key::Sign(sign) => Stroke::filled(sign.path(x + 12.0, y, 5.0), self.paint, 1.0),
        };
        LegendLine { name: shortened(&self.name, LEGEND_LETTERS), stroke, x: px(x), y: px(y) }
    }
}

/// Names that fit where they stand.
fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::images::axes::span;

    fn figure(marks: Vec<Mark>) -> Figure {
        let pane = Pane {
            y: span((0.0, 1.0), 4.0, "y"),
            height: HEIGHT,
            marks: marks.into_iter().map(drawn).collect(),
        };
        Figure {
            title: "<b>".to_owned(),
            note: String::new(),
            x: span((0.0, 10.0), 4.0, "x"),
            panes: vec![pane],
            legend: vec![Entry::line("<script>", Paint::Agent(0))],
        }
    }

    fn drawn(mark: Mark) -> (Mark, Paint) {
        (mark, Paint::Agent(0))
    }

    #[test]
    fn a_line_runs_from_corner_to_corner_and_names_are_escaped() {
        let svg = figure(vec![Mark::Line(vec![(0.0, 0.0), (10.0, 1.0)])]).svg().unwrap();
        assert!(svg.contains("M53.8 392.0L") && svg.contains(" 48.0\""), "{svg}");
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<script>"), "{svg}");
        assert!(svg.starts_with("<svg xmlns="), "{svg}");
    }

    #[test]
    fn panes_stand_below_each_other_and_the_last_has_the_texts_of_the_axis() {
        let mut two = figure(Vec::new());
        two.panes.push(Pane { height: 80.0, ..two.panes[0].clone() });
        let svg = two.svg().unwrap();
        assert!(svg.contains("height=\"542.0\""), "{svg}");
        assert_eq!(svg.matches(">10</text>").count(), 1, "{svg}");
    }
}
