//! Pictures of one agent: its daily returns, years, rolling numbers, exposure, holding times.

use super::axes::{Axis, around, columns, count, times, with_zero};
use super::figure::{Entry, Figure, HEIGHT, Pane};
use super::marks::Mark;
use super::paint::{GAIN, LOSS, Paint};
use crate::report::numbers::signed_short;
use crate::report::view::{Agent, Exposure, Histogram, Returns, View};

/// Height of one of two plots.
const HALF: f64 = 190.0;
/// Points of a curve that is drawn from a formula.
const SMOOTH: usize = 120;
/// Columns that the bars of few years have room for.
const FEWEST: f64 = 8.0;
/// Years whose bars have room for a number.
const NUMBERED: usize = 12;

/// All that the agent has, with their files' names.
pub(super) fn figures(view: &View, agent: &Agent) -> Vec<(String, Figure)> {
    let of = |file: &str, title: &str, figure: Option<Figure>| {
        let title = format!("{}, {}: {title}", view.about.scenario, agent.name);
        Some((format!("{}.{file}.svg", agent.name), Figure { title, ..figure? }))
    };
    let Some(returns) = view.charts.returns.get(agent.index) else { return Vec::new() };
    // Alone in its picture it needs no dashes.
    let paint = Paint::Agent(agent.index % 7);
    let trades = view.charts.trades.get(agent.index);
    let all = [
        of("returns", "daily returns", histogram_of_returns(returns, paint)),
        of("years", "returns by year", years(returns)),
        of("rolling", rolling_title(returns), rolling(view, returns, paint)),
        of("exposure", "exposure", exposure(&returns.exposure, paint)),
        of("holding", "holding times", trades.and_then(|trades| holding(&trades.holding, paint))),
    ];
    all.into_iter().flatten().collect()
}

fn pane(y: Axis, height: f64, marks: Vec<(Mark, Paint)>) -> Pane {
    Pane { y, height, marks }
}

fn figure(note: impl Into<String>, x: Axis, panes: Vec<Pane>) -> Figure {
    Figure { title: String::new(), note: note.into(), x, panes, legend: Vec::new() }
}

/// The bars of a histogram, its two axes, and its right end.
pub(super) fn bars(histogram: &Histogram, across: &str, up: &str) -> Option<(Mark, Axis, Axis, f64)> {
    if histogram.counts.is_empty() {
        return None;
    }
    let left = |index: usize| histogram.width.mul_add(count(index), histogram.start);
    let bar = |(index, n): (usize, &usize)| [left(index), left(index + 1), 0.0, count(*n)];
    let end = left(histogram.counts.len());
    let x = Axis { grid: false, ..around([histogram.start, end].into_iter(), 10.0, across) };
    let y = whole_numbers(with_zero(histogram.counts.iter().map(|n| count(*n)), 6.0, up));
    Some((Mark::Bars(histogram.counts.iter().enumerate().map(bar).collect()), x, y, end))
}

/// Counts have no parts.
fn whole_numbers(axis: Axis) -> Axis {
    let ticks = axis.ticks.into_iter().filter(|tick| tick.0.fract() == 0.0);
    let text = |(at, _): (f64, String)| (at, crate::report::numbers::grouped(&format!("{at:.0}")));
    Axis { ticks: ticks.map(text).collect(), ..axis }
}

fn histogram_of_returns(returns: &Returns, paint: Paint) -> Option<Figure> {
    let histogram = &returns.histogram;
    let (bars, x, y, end) = bars(histogram, "daily return, %", "days")?;
    let Some((mean, deviation)) = returns.normal else {
        return Some(figure("", x, vec![pane(y, HEIGHT, vec![(bars, paint)])]));
    };
    let days: usize = histogram.counts.iter().sum();
    let density = |x: f64| {
        let z = (x - mean) / deviation;
        (-z * z / 2.0).exp() / (deviation * std::f64::consts::TAU.sqrt()) * count(days) * histogram.width
    };
    let at = |i: usize| (end - histogram.start) * count(i) / count(SMOOTH) + histogram.start;
    let curve: Vec<(f64, f64)> = (0..=SMOOTH).map(|i| (at(i), density(at(i)))).collect();
    let heights = curve.iter().map(|point| point.1).chain(histogram.counts.iter().map(|n| count(*n)));
    let y = whole_numbers(with_zero(heights, 6.0, "days"));
    let note = format!(
        "the line is a normal distribution of the same mean ({mean:.3} %) and deviation ({deviation:.3} %)"
    );
    Some(figure(note, x, vec![pane(y, HEIGHT, vec![(bars, paint), (Mark::Line(curve), Paint::Ink)])]))
}

fn years(returns: &Returns) -> Option<Figure> {
    let years = &returns.years;
    if years.is_empty() {
        return None;
    }
    let bar = |(index, (_, pct)): (usize, &(i32, f64))| {
        let at = count(index);
        let half = 0.3;
        (
            Mark::Bars(vec![[at - half, at + half, pct.min(0.0), pct.max(0.0)]]),
            if *pct >= 0.0 { GAIN } else { LOSS },
        )
    };
    let mut marks: Vec<(Mark, Paint)> = years.iter().enumerate().map(bar).collect();
    let y = with_zero(years.iter().map(|year| year.1), 6.0, "return, %");
    if years.len() <= NUMBERED {
        let room = (y.high - y.low) * 0.015;
        let text = |(index, (_, pct)): (usize, &(i32, f64))| {
            let y = if *pct >= 0.0 { pct + room } else { pct - room * 3.0 };
            (Mark::Text { x: count(index), y, text: signed_short(*pct), anchor: "middle" }, Paint::Ink)
        };
        marks.extend(years.iter().enumerate().map(text));
    }
    marks.push((Mark::Level(0.0), Paint::Quiet));
    let x = columns(years.iter().map(|(year, _)| year.to_string()));
    // A few bars stand in the middle instead of filling the plot.
    let aside = (FEWEST - x.high + x.low).max(0.0) / 2.0;
    let x = Axis { low: x.low - aside, high: x.high + aside, ..x };
    let note = "windows chained; the first and the last year may be parts of years";
    Some(figure(note, x, vec![pane(y, HEIGHT, marks)]))
}

fn rolling_title(returns: &Returns) -> &'static str {
    match (returns.sharpe.is_empty(), returns.beta.is_empty()) {
        (true, _) => "rolling beta",
        (false, true) => "rolling Sharpe ratio",
        (false, false) => "rolling Sharpe ratio and beta",
    }
}

fn rolling(view: &View, returns: &Returns, paint: Paint) -> Option<Figure> {
    let (sharpe, beta) = (returns.sharpe.seconds(), returns.beta.seconds());
    let axis = |line: &[(f64, f64)], name: &str| around(line.iter().map(|point| point.1), 7.0, name);
    let one = |line: &[(f64, f64)], name: &str, height| {
        let zero = (Mark::Level(0.0), Paint::Quiet);
        pane(axis(line, name), height, vec![zero, (Mark::Line(line.to_vec()), paint)])
    };
    let x = times(sharpe.iter().chain(&beta).map(|point| point.0));
    let window = format!("of the last {} daily returns", returns.window);
    let against = view.charts.benchmark.as_ref().map_or("", |benchmark| benchmark.name.as_str());
    match (sharpe.is_empty(), beta.is_empty()) {
        (true, true) => None,
        (false, true) => {
            Some(figure(format!("{window}, annualised"), x, vec![one(&sharpe, "rolling Sharpe", HEIGHT)]))
        }
        (true, false) => {
            Some(figure(format!("{window}, against {against}"), x, vec![one(&beta, "rolling beta", HEIGHT)]))
        }
        (false, false) => {
            let panes = vec![one(&sharpe, "rolling Sharpe", HALF), one(&beta, "rolling beta", HALF)];
            Some(figure(format!("{window}, annualised; beta against {against}"), x, panes))
        }
    }
}

fn exposure(exposure: &Exposure, paint: Paint) -> Option<Figure> {
    let [long, short, gross] =
        [&exposure.long, &exposure.short, &exposure.gross].map(|series| series.seconds());
    if long.is_empty() {
        return None;
    }
    let all = || long.iter().chain(&short).chain(&gross);
    let y = with_zero(all().map(|point| point.1), 6.0, "% of the equity");
    let (x, note) = (times(all().map(|point| point.0)), "value of the positions at each day's last close");
    if short.is_empty() {
        return Some(figure(note, x, vec![pane(y, HEIGHT, vec![(Mark::Area(long), paint)])]));
    }
    let legend = [("long", GAIN), ("short", LOSS), ("gross", Paint::Ink)];
    let marks = vec![(Mark::Area(long), GAIN), (Mark::Area(short), LOSS), (Mark::Line(gross), Paint::Ink)];
    Some(Figure {
        legend: legend.map(|(name, paint)| Entry::line(name, paint)).into(),
        ..figure(note, x, vec![pane(y, HEIGHT, marks)])
    })
}

fn holding(histogram: &Histogram, paint: Paint) -> Option<Figure> {
    let (bars, x, y, _) = bars(histogram, "hours", "round trips")?;
    Some(figure("closed round trips by time in the market", x, vec![pane(y, HEIGHT, vec![(bars, paint)])]))
}
