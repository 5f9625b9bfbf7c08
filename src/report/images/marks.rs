//! What stands in a plot, and its outlines on the sheet.

use std::fmt::Write as _;

use serde::Serialize;

use super::axes::Axis;
use super::paint::{Paint, Sign};

/// What is drawn, before it has coordinates.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// Points of a line.
    Line(Vec<(f64, f64)>),
    /// The same, and the area between it and zero.
    Area(Vec<(f64, f64)>),
    /// Rectangles: left, right, bottom, top.
    Bars(Vec<[f64; 4]>),
    /// A value with the ends of its bar, in a row of its own.
    Dot { row: f64, value: f64, low: f64, high: f64 },
    /// A square of a matrix around a point: from -1 to 1, none where there is no value.
    Cell { x: f64, y: f64, value: Option<f64>, text: String },
    /// Candles: time, open, high, low, close; filled, or as outlines. Each has this width.
    Candles { candles: Vec<[f64; 5]>, width: f64, filled: bool },
    /// Signs at points.
    Signs(Sign, Vec<(f64, f64)>),
    /// An upright line through the plot.
    Upright(f64),
    /// A thin level line through the plot.
    Level(f64),
    /// A text: right of the point (`start`), left of it (`end`) or around it (`middle`).
    Text { x: f64, y: f64, text: String, anchor: &'static str },
}

/// An outline and how it is drawn.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Stroke {
    path: String,
    stroke: &'static str,
    fill: &'static str,
    width: f64,
    dash: &'static str,
    opacity: f64,
}

/// A text in the plot.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Label {
    x: String,
    y: String,
    text: String,
    anchor: &'static str,
    colour: &'static str,
}

/// An outline, a text, or both.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Drawn {
    stroke: Option<Stroke>,
    label: Option<Label>,
}

impl Stroke {
    pub const fn line(path: String, paint: Paint, width: f64) -> Self {
        Self { path, stroke: paint.colour(), fill: "none", width, dash: paint.dash(), opacity: 1.0 }
    }

    pub const fn filled(path: String, paint: Paint, opacity: f64) -> Self {
        Self { path, stroke: "none", fill: paint.colour(), width: 0.0, dash: "", opacity }
    }

    /// With an edge of paper around it, so that neighbours stay apart.
    fn edged(self) -> Self {
        Self { stroke: "#ffffff", width: 0.8, ..self }
    }
}

impl From<Stroke> for Drawn {
    fn from(stroke: Stroke) -> Self {
        Self { stroke: Some(stroke), label: None }
    }
}

/// Where a plot lies on the sheet, and what its sides stand for.
pub(super) struct PlotArea<'a> {
    pub x: &'a Axis,
    pub y: &'a Axis,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl PlotArea<'_> {
    pub fn x(&self, value: f64) -> f64 {
        self.left + share(self.x, value) * (self.right - self.left)
    }

    pub fn y(&self, value: f64) -> f64 {
        self.bottom - share(self.y, value) * (self.bottom - self.top)
    }

    /// A mark's outlines and texts, in the order in which they lie over each other.
    pub fn drawn(&self, mark: &Mark, paint: Paint) -> Vec<Drawn> {
        let line = |path: String| Stroke::line(path, paint, 1.5).into();
        match mark {
            Mark::Line(points) => vec![line(self.path(points))],
            Mark::Area(points) => vec![
                Stroke::filled(self.area(points), paint, 0.15).into(),
                Stroke::line(self.path(points), paint, 1.2).into(),
            ],
            Mark::Bars(bars) => vec![Stroke::filled(self.bars(bars), paint, 0.85).edged().into()],
            Mark::Dot { row, value, low, high } => {
                let y = self.y(*row);
                let path = format!("M{} {}H{}", px(self.x(*low)), px(y), px(self.x(*high)));
                let dot = Sign::Disc.path(self.x(*value), y, 4.5);
                vec![Stroke::line(path, paint, 2.0).into(), Stroke::filled(dot, paint, 1.0).into()]
            }
            Mark::Cell { x, y, value, text } => vec![self.cell(*x, *y, *value, text)],
            Mark::Candles { candles, width, filled } => {
                let path = candles.iter().map(|candle| self.candle(candle, *width)).collect();
                let outline = Stroke { dash: "", ..Stroke::line(path, paint, 1.0) };
                vec![Stroke { fill: if *filled { paint.colour() } else { "#ffffff" }, ..outline }.into()]
            }
            Mark::Signs(sign, points) => {
                let r = if points.len() > 150 { 3.0 } else { 4.5 };
                let path = points.iter().map(|(x, y)| sign.path(self.x(*x), self.y(*y), r)).collect();
                let sign_drawn = Stroke::filled(path, paint, 1.0);
                // A cross is too thin for an edge.
                vec![if *sign == Sign::Cross { sign_drawn } else { sign_drawn.edged() }.into()]
            }
            Mark::Upright(at) => {
                let path = format!("M{} {}V{}", px(self.x(*at)), px(self.top), px(self.bottom));
                vec![Stroke::line(path, paint, 2.0).into()]
            }
            Mark::Level(at) => {
                let path = format!("M{} {}H{}", px(self.left), px(self.y(*at)), px(self.right));
                vec![Stroke::line(path, paint, 1.0).into()]
            }
            Mark::Text { x, y, text, anchor } => vec![self.text((*x, *y), text, anchor, paint)],
        }
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for (i, (x, y)) in points.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if i == 0 { "M" } else { "L" }, px(self.x(*x)), px(self.y(*y)));
        }
        path
    }

    fn area(&self, points: &[(f64, f64)]) -> String {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
        let zero = px(self.y(0.0));
        format!("{}L{} {zero}L{} {zero}Z", self.path(points), px(self.x(last.0)), px(self.x(first.0)))
    }

    fn bars(&self, bars: &[[f64; 4]]) -> String {
        let one = |[left, right, bottom, top]: &[f64; 4]| {
            let (left, right) = (self.x(*left), self.x(*right));
            format!("M{} {}H{}V{}H{}Z", px(left), px(self.y(*bottom)), px(right), px(self.y(*top)), px(left))
        };
        bars.iter().map(one).collect()
    }

    fn candle(&self, [at, open, high, low, close]: &[f64; 5], width: f64) -> String {
        let (x, half) = (self.x(*at), (self.x(*at + width) - self.x(*at)) * 0.35);
        let (top, bottom) = (self.y(open.max(*close)), self.y(open.min(*close)));
        let wick = |from: f64, to: f64| format!("M{} {}V{}", px(x), px(from), px(to));
        let body = format!("M{} {}H{}V{}H{}Z", px(x - half), px(top), px(x + half), px(bottom), px(x - half));
        wick(self.y(*high), top) + &wick(bottom, self.y(*low)) + &body
    }

    fn cell(&self, x: f64, y: f64, value: Option<f64>, text: &str) -> Drawn {
        let path = self.bars(&[[x - 0.5, x + 0.5, y - 0.5, y + 0.5]]);
        let (paint, heat) = match value {
            Some(value) if value > 0.0 => (super::paint::GAIN, value.min(1.0)),
            Some(value) => (super::paint::LOSS, (-value).min(1.0)),
            None => (Paint::Quiet, 0.0),
        };
        // Light text on the dark cells.
        let colour = if heat > 0.6 { "#ffffff" } else { Paint::Ink.colour() };
        let label = Label {
            x: px(self.x(x)),
            y: px(self.y(y) + 4.0),
            text: text.to_owned(),
            anchor: "middle",
            colour,
        };
        Drawn { stroke: Some(Stroke::filled(path, paint, heat).edged()), label: Some(label) }
    }

    fn text(&self, (x, y): (f64, f64), text: &str, anchor: &'static str, paint: Paint) -> Drawn {
        let aside = match anchor {
            "start" => 5.0,
            "end" => -5.0,
            _ => 0.0,
        };
        let (x, y, colour) = (px(self.x(x) + aside), px(self.y(y)), paint.colour());
        Drawn { stroke: None, label: Some(Label { x, y, text: text.to_owned(), anchor, colour }) }
    }
}

/// Pixels as a picture has them.
pub(super) fn px(value: f64) -> String {
    format!("{value:.1}")
}

fn share(axis: &Axis, value: f64) -> f64 {
    if axis.high > axis.low { ((value - axis.low) / (axis.high - axis.low)).clamp(0.0, 1.0) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::images::axes::span;

    fn paths(mark: &Mark) -> Vec<(String, &'static str)> {
        let (x, y) = (span((0.0, 10.0), 4.0, ""), span((-1.0, 1.0), 4.0, ""));
        let area = PlotArea { x: &x, y: &y, left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let strokes = area.drawn(mark, Paint::Agent(0)).into_iter().filter_map(|drawn| drawn.stroke);
        strokes.map(|stroke| (stroke.path, stroke.fill)).collect()
    }

    #[test]
    fn bars_stand_on_their_values() {
        let found = paths(&Mark::Bars(vec![[1.0, 2.0, 0.0, 0.5]]));
        assert_eq!(found, [("M10.0 50.0H20.0V25.0H10.0Z".to_owned(), "#0072b2")]);
    }

    #[test]
    fn an_area_ends_at_zero() {
        let found = paths(&Mark::Area(vec![(0.0, 0.5), (10.0, -0.5)]));
        assert_eq!(found[0].0, "M0.0 25.0L100.0 75.0L100.0 50.0L0.0 50.0Z");
        assert_eq!(found[1].0, "M0.0 25.0L100.0 75.0");
    }

    #[test]
    fn a_candle_has_its_wicks_outside_its_body() {
        let mark = Mark::Candles { candles: vec![[5.0, -0.5, 1.0, -1.0, 0.5]], width: 1.0, filled: false };
        let found = paths(&mark);
        assert_eq!(
            found,
            [("M50.0 0.0V25.0M50.0 75.0V100.0M46.5 25.0H53.5V75.0H46.5Z".to_owned(), "#ffffff")]
        );
    }

    #[test]
    fn cells_without_a_value_are_paper_and_dark_ones_have_light_text() {
        let (x, y) = (span((0.0, 2.0), 2.0, ""), span((0.0, 2.0), 2.0, ""));
        let area = PlotArea { x: &x, y: &y, left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let cell =
            |value| area.drawn(&Mark::Cell { x: 1.0, y: 1.0, value, text: "t".to_owned() }, Paint::Ink);
        let of = |value| {
            let drawn = cell(value).remove(0);
            (drawn.stroke.unwrap().opacity, drawn.label.unwrap().colour)
        };
        assert_eq!(of(None), (0.0, "#16202b"));
        assert_eq!(of(Some(-0.9)), (0.9, "#ffffff"));
        assert_eq!(of(Some(0.3)), (0.3, "#16202b"));
    }
}
