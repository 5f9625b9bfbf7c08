//! Pictures of a sweep: its winner against luck, its choices out of sample.

use super::agent::bars;
use super::axes::{Axis, around, times};
use super::figure::{Entry, Figure, HEIGHT, Pane};
use super::marks::Mark;
use super::paint::Paint;
use crate::report::numbers::ratio;
use crate::report::view::{Stitched, SweepCharts, View};

/// Dotted, so that a curve below it is seen where they agree.
const WINNER: Paint = Paint::Agent(8);

/// All that the run has, with their files' names.
pub(super) fn figures(view: &View) -> Vec<(String, Figure)> {
    let Some(sweep) = &view.charts.sweep else { return Vec::new() };
    let stitched = sweep.stitched.as_ref().map(|found| out_of_sample(view, found));
    let all = [("sweep-luck", luck(view, sweep)), ("sweep-out-of-sample", stitched)];
    all.into_iter().filter_map(|(name, figure)| Some((format!("{name}.svg"), figure?))).collect()
}

/// The trials' Sharpe ratios, with the winner's and with what luck alone finds in so many trials, on one axis.
fn luck(view: &View, sweep: &SweepCharts) -> Option<Figure> {
    let histogram = &sweep.sharpes;
    let (trials, x, y, end) = bars(histogram, "annual Sharpe ratio", "trials")?;
    let lines = [("luck", sweep.threshold, Paint::Agent(1)), ("winner", sweep.winner, Paint::Agent(2))];
    let known: Vec<(&str, f64, Paint)> =
        lines.into_iter().filter_map(|(name, at, paint)| Some((name, at?, paint))).collect();
    let room = histogram.width * 2.0;
    let ends = known.iter().map(|line| line.1).chain([histogram.start, end]);
    let x = around(ends.flat_map(|at| [at - room, at + room]), 8.0, x.name);
    // Texts stand on the outer sides of the two lines, so that they never meet.
    let right = known.iter().map(|line| line.1).fold(f64::NEG_INFINITY, f64::max);
    let mut marks = vec![(trials, Paint::Agent(5))];
    for (name, at, paint) in known {
        let anchor = if at < right { "end" } else { "start" };
        let text = format!("{name} {}", ratio(at));
        marks.push((Mark::Upright(at), paint));
        marks.push((Mark::Text { x: at, y: y.high * 0.96, text, anchor }, paint));
    }
    Some(Figure {
        title: format!("{}: the winner against luck", view.about.scenario),
        note:
            "Sharpe ratios of all trials; luck is the best that is expected of as many trials without skill"
                .to_owned(),
        x: Axis { grid: false, ..x },
        panes: vec![Pane { y, height: HEIGHT, marks }],
        legend: Vec::new(),
    })
}

/// The test windows one after the other.
fn out_of_sample(view: &View, found: &Stitched) -> Figure {
    let lines = [
        ("out of sample", found.choices.seconds(), Paint::Agent(0)),
        ("winner of the whole search", found.winner.seconds(), WINNER),
    ];
    let all = || lines.iter().flat_map(|(_, line, _)| line);
    let y = around(all().map(|point| point.1), 6.0, "index, 100 at the start");
    Figure {
        title: format!("{}: out of sample", view.about.scenario),
        note: "the test windows of all splits one after the other".to_owned(),
        x: times(all().map(|point| point.0)),
        legend: lines.iter().map(|(name, _, paint)| Entry::line(*name, *paint)).collect(),
        panes: vec![Pane {
            y,
            height: HEIGHT,
            marks: lines.into_iter().map(|(_, line, paint)| (Mark::Line(line), paint)).collect(),
        }],
    }
}
