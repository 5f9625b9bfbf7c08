//! A run's main charts as SVG files, for papers.
//!
//! Owns which charts there are and what stands on their axes. Reads the same view as the pages.

mod figure;
mod ticks;

use figure::{Axis, Figure, Mark};

use super::ReportError;
use super::view::{Curve, Scores, View};
use crate::store::ExtraFile;

/// Every picture of a run: `equity.svg`, `underwater.svg`, and `scores.svg` where there are several windows.
pub(super) fn images(view: &View) -> Result<Vec<ExtraFile>, ReportError> {
    let mut figures = Vec::new();
    if let Some(curves) = view.charts.curves.shown() {
        figures.push(("equity.svg", equity(view, curves)));
        figures.push(("underwater.svg", underwater(view, curves)));
    }
    figures.extend(scores(view).map(|figure| ("scores.svg", figure)));
    figures
        .into_iter()
        .map(|(name, figure)| Ok(ExtraFile { name: name.to_owned(), text: figure.svg()? }))
        .collect()
}

fn equity(view: &View, curves: &[Curve]) -> Figure {
    let chained = view.charts.curves.chained.is_some();
    let name = if chained { "index, 100 at the start".to_owned() } else { view.charts.quote.clone() };
    let lines: Vec<_> = curves.iter().map(|curve| curve.equity.seconds()).collect();
    let note = if chained { "windows chained: each starts where the previous one ended" } else { "" };
    lines_over_time(view, format!("{}: equity", view.about.scenario), note, name, lines, None)
}

fn underwater(view: &View, curves: &[Curve]) -> Figure {
    let lines: Vec<_> = curves.iter().map(|curve| curve.drawdown.seconds()).collect();
    let title = format!("{}: drawdown", view.about.scenario);
    lines_over_time(view, title, "", "below the peak so far, %".to_owned(), lines, Some(0.0))
}

fn lines_over_time(
    view: &View,
    title: String,
    note: &str,
    y_name: String,
    lines: Vec<Vec<(f64, f64)>>,
    top: Option<f64>,
) -> Figure {
    let all = || lines.iter().flatten();
    let (from, to) = ends(all().map(|point| point.0));
    let (low, high) = ends(all().map(|point| point.1));
    let room = (high - low) * 0.03;
    let (low, high) = (low - room, top.unwrap_or(high + room));
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let x = Axis { low: from, high: to, ticks: ticks::times(from as i64, to as i64), name: String::new() };
    let y = Axis { low, high, ticks: ticks::numbers(low, high, 6.0), name: y_name };
    Figure {
        title,
        note: note.to_owned(),
        x,
        y,
        marks: lines.into_iter().map(Mark::Line).enumerate().map(|(i, line)| (line, i)).collect(),
        legend: view.charts.agents.clone(),
    }
}

/// The mean score of every agent over the windows, with the lowest and the highest.
fn scores(view: &View) -> Option<Figure> {
    let rows = &view.ranks.as_ref()?.scores;
    let known: Vec<_> = rows.iter().filter_map(|row| Some((row, row.mean?))).collect();
    let (low, high) = ends(known.iter().flat_map(|(row, _)| [row.lowest, row.highest]));
    let room = (high - low) * 0.03;
    let (low, high) = (low - room, high + room);
    #[expect(clippy::cast_precision_loss, reason = "a few agents")]
    let height = |i: usize| (known.len() - i) as f64;
    let mark = |(i, (row, mean)): (usize, &(&Scores, f64))| {
        (Mark::Dot { row: height(i), value: *mean, low: row.lowest, high: row.highest }, row.index)
    };
    Some(Figure {
        title: format!("{}: {} by agent", view.about.scenario, view.metric),
        note: "mean over the windows, with the lowest and the highest".to_owned(),
        x: Axis { low, high, ticks: ticks::numbers(low, high, 7.0), name: view.metric.clone() },
        y: Axis {
            low: 0.0,
            high: height(0) + 1.0,
            ticks: known.iter().enumerate().map(|(i, (row, _))| (height(i), row.agent.clone())).collect(),
            name: String::new(),
        },
        marks: known.iter().enumerate().map(mark).collect(),
        legend: Vec::new(),
    })
}

/// Lowest and highest; 0 and 1 of nothing.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.fold(start, |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn a_run_has_its_curves_and_the_same_bytes_each_time() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let made = || images(&View::read(&stored).unwrap()).unwrap();
        let first = made();
        assert_eq!(first, made());
        let names: Vec<&str> = first.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names, ["equity.svg", "underwater.svg"]);
        assert!(
            first[0].text.contains("trend, fast") && first[0].text.contains("Jan 1"),
            "{}",
            first[0].text
        );
    }
}
