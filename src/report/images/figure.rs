//! A figure: axes, lines, dots with error bars. Places everything on the sheet; the template draws it.
//!
//! Made for paper: black on white, colours that stay apart for colour-blind readers, dashes besides colours, a
//! legend beside the plot so that it never lies on a curve.

use serde::Serialize;

use super::ticks::Tick;
use crate::report::ReportError;
use crate::report::template::fill;

/// Of the sheet, in pixels at 96 dpi.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 440.0;
/// Around the plot.
const LEFT: f64 = 34.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 48.0;
/// Of a letter in the legend.
const LETTER: f64 = 6.6;
/// Legends are not wider than this.
const WIDEST: f64 = 240.0;

/// As on the page, the light form.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#00886a", "#b3539a", "#b98500", "#3a9bdc", "#4a4f57"];
const DASHES: [&str; 3] = ["", "7 3", "2 2.5"];

/// A range of an axis with its marks.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<Tick>,
    pub name: String,
}

/// What is drawn, before it has coordinates.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// Points of a line.
    Line(Vec<(f64, f64)>),
    /// A value with the ends of its bar, in a row of its own.
    Dot { row: f64, value: f64, low: f64, high: f64 },
}

/// A chart before it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub title: String,
    pub note: String,
    pub x: Axis,
    pub y: Axis,
    /// Mark and number of its colour.
    pub marks: Vec<(Mark, usize)>,
    /// Names by number of colour; empty for no legend.
    pub legend: Vec<String>,
}

#[derive(Serialize)]
struct Sheet {
    width: f64,
    height: f64,
    plot: [String; 4],
    title: String,
    note: String,
    x_name: String,
    y_name: String,
    x_ticks: Vec<(String, String)>,
    y_ticks: Vec<(String, String)>,
    drawn: Vec<Drawn>,
    legend: Vec<Entry>,
}

#[derive(Serialize)]
struct Drawn {
    kind: &'static str,
    path: String,
    at: [String; 2],
    colour: &'static str,
    dash: &'static str,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    colour: &'static str,
    dash: &'static str,
    x: String,
    y: String,
}

impl Figure {
    /// Renders the figure as SVG.
    pub fn svg(&self) -> Result<String, ReportError> {
        let legend = self.legend_width();
        let area = PlotArea {
            figure: self,
            left: self.left(),
            right: WIDTH - RIGHT - legend,
            bottom: HEIGHT - BOTTOM,
        };
        let entry = |(i, name): (usize, &String)| {
            let (colour, dash) = look(i);
            let y = TOP + 10.0 + 18.0 * count(i);
            Entry { name: shortened(name), colour, dash, x: px(area.right + 16.0), y: px(y) }
        };
        let sheet = Sheet {
            width: WIDTH,
            height: HEIGHT.max(TOP + 30.0 + 18.0 * count(self.legend.len())),
            plot: [area.left, TOP, area.right, area.bottom].map(px),
            title: self.title.clone(),
            note: self.note.clone(),
            x_name: self.x.name.clone(),
            y_name: self.y.name.clone(),
            x_ticks: self.x.ticks.iter().map(|(at, text)| (px(area.x(*at)), text.clone())).collect(),
            y_ticks: self.y.ticks.iter().map(|(at, text)| (px(area.y(*at)), text.clone())).collect(),
            drawn: self.marks.iter().map(|(mark, colour)| area.drawn(mark, *colour)).collect(),
            legend: self.legend.iter().enumerate().map(entry).collect(),
        };
        fill("figure.svg", sheet)
    }

    /// Room for the longest label.
    fn left(&self) -> f64 {
        let longest = self.y.ticks.iter().map(|(_, text)| count(text.chars().count())).fold(0.0, f64::max);
        LEFT + longest * LETTER
    }

    fn legend_width(&self) -> f64 {
        let longest =
            self.legend.iter().map(|name| count(shortened(name).chars().count())).fold(0.0, f64::max);
        if self.legend.is_empty() { 0.0 } else { (60.0 + longest * LETTER).min(WIDEST + 60.0) }
    }
}

struct PlotArea<'a> {
    figure: &'a Figure,
    left: f64,
    right: f64,
    bottom: f64,
}

impl PlotArea<'_> {
    fn x(&self, value: f64) -> f64 {
        self.left + share(&self.figure.x, value) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - share(&self.figure.y, value) * (self.bottom - TOP)
    }

    fn drawn(&self, mark: &Mark, number: usize) -> Drawn {
        let (colour, dash) = look(number);
        let of = |kind, path: String, at| Drawn { kind, path, at, colour, dash };
        match mark {
            Mark::Line(points) => of("line", self.path(points), Default::default()),
            Mark::Dot { row, value, low, high } => {
                let y = self.y(*row);
                let path = format!("M{} {}H{}", px(self.x(*low)), px(y), px(self.x(*high)));
                of("dot", path, [self.x(*value), y].map(px))
            }
        }
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for (i, (x, y)) in points.iter().enumerate() {
            path.push_str(&format!(
                "{}{} {}",
                if i == 0 { "M" } else { "L" },
                px(self.x(*x)),
                px(self.y(*y))
            ));
        }
        path
    }
}

fn share(axis: &Axis, value: f64) -> f64 {
    if axis.high > axis.low { ((value - axis.low) / (axis.high - axis.low)).clamp(0.0, 1.0) } else { 0.5 }
}

fn look(number: usize) -> (&'static str, &'static str) {
    (COLOURS[number % COLOURS.len()], DASHES[number / COLOURS.len() % DASHES.len()])
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "a few letters or rows")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Names that fit the legend.
fn shortened(name: &str) -> String {
    const MOST: usize = 34;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::images::ticks::numbers;

    #[test]
    fn a_line_runs_from_corner_to_corner_and_names_are_escaped() {
        let axis = |low, high| Axis { low, high, ticks: numbers(low, high, 4.0), name: "x".to_owned() };
        let figure = Figure {
            title: "<b>".to_owned(),
            note: String::new(),
            x: axis(0.0, 10.0),
            y: axis(0.0, 1.0),
            marks: vec![(Mark::Line(vec![(0.0, 0.0), (10.0, 1.0)]), 0)],
            legend: vec!["<script>".to_owned()],
        };
        let svg = figure.svg().unwrap();
        assert!(svg.contains("M53.8 392.0L"), "{svg}");
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<script>"), "{svg}");
        assert!(svg.starts_with("<svg xmlns="), "{svg}");
    }
}
