//! Pictures of all agents together: equity, drawdown, scores, ranks, correlations, costs.

use super::axes::{Axis, around, columns, count, ends, row, rows, span, times, with_zero};
use super::figure::{Entry, Figure, HEIGHT, Key, Pane};
use super::marks::Mark;
use super::paint::{Paint, Sign};
use crate::report::view::{Curve, Scores, View};

/// Height of a row with an agent's name.
const ROW: f64 = 24.0;
/// Agents that a picture with a row for each has room for.
const ROWS: usize = 60;

/// All of them that the run has, with their files' names.
pub(super) fn figures(view: &View) -> Vec<(String, Figure)> {
    let curves = view.charts.curves.shown();
    let all = [
        ("equity", curves.map(|curves| equity(view, curves))),
        ("underwater", curves.map(|curves| underwater(view, curves))),
        ("scores", scores(view)),
        ("ranks", ranks(view)),
        ("correlations", correlations(view)),
        ("costs", costs(view)),
    ];
    all.into_iter().filter_map(|(name, figure)| Some((format!("{name}.svg"), figure?))).collect()
}

/// How an agent is drawn in every picture.
pub(super) fn paint(view: &View, agent: usize) -> Paint {
    let is_benchmark = view.charts.benchmark.as_ref().is_some_and(|one| one.agent == Some(agent));
    if is_benchmark { Paint::Benchmark(agent) } else { Paint::Agent(agent) }
}

fn name(view: &View, agent: usize) -> String {
    let is_benchmark = matches!(paint(view, agent), Paint::Benchmark(_));
    format!("{}{}", view.charts.agents[agent], if is_benchmark { " (benchmark)" } else { "" })
}

/// The agents with a line, in the scenario's order: the first of the leaderboard where there are too many.
fn drawn(view: &View) -> Vec<usize> {
    let mut first: Vec<usize> = view.agents.iter().take(view.charts.drawn).map(|agent| agent.index).collect();
    first.sort_unstable();
    first
}

/// What is left out of a picture of the agents' first so many.
fn of_first(view: &View, note: &str, shown: usize) -> String {
    let all = view.agents.len();
    let left = if all > shown { format!("the first {shown} of {all} agents") } else { String::new() };
    [note, &left].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn equity(view: &View, curves: &[Curve]) -> Figure {
    let chained = view.charts.curves.chained.is_some();
    let unit = if chained { "index, 100 at the start".to_owned() } else { view.charts.quote.clone() };
    let lines = lines(view, curves, |curve| curve.equity.seconds(), held(view, chained));
    let y = around(lines.iter().flat_map(|(_, _, line)| line.iter().map(|point| point.1)), 6.0, unit);
    let note = if chained { "windows chained: each starts where the previous one ended" } else { "" };
    over_time(view, "equity", note, y, lines)
}

fn underwater(view: &View, curves: &[Curve]) -> Figure {
    let held = held(view, view.charts.curves.chained.is_some()).map(|line| {
        let mut peak = line.first().map_or(0.0, |point| point.1);
        let below = |(at, value): (f64, f64)| {
            peak = peak.max(value);
            (at, (value / peak - 1.0) * 100.0)
        };
        line.into_iter().map(below).collect()
    });
    let lines = lines(view, curves, |curve| curve.drawdown.seconds(), held);
    let values = lines.iter().flat_map(|(_, _, line)| line.iter().map(|point| point.1));
    over_time(view, "drawdown", "", with_zero(values, 6.0, "below the peak so far, %"), lines)
}

/// Name, paint, points.
type NamedLine = (String, Paint, Vec<(f64, f64)>);

fn lines(
    view: &View,
    curves: &[Curve],
    of: impl Fn(&Curve) -> Vec<(f64, f64)>,
    held: Option<Vec<(f64, f64)>>,
) -> Vec<NamedLine> {
    let agents = drawn(view).into_iter();
    let mut all: Vec<NamedLine> =
        agents.map(|agent| (name(view, agent), paint(view, agent), of(&curves[agent]))).collect();
    if let (Some(line), Some(benchmark)) = (held, &view.charts.benchmark) {
        all.push((format!("{} (benchmark, held)", benchmark.name), Paint::Held, line));
    }
    all
}

/// The benchmark that is a symbol: as an index over all windows, in money in the first one.
fn held(view: &View, chained: bool) -> Option<Vec<(f64, f64)>> {
    let benchmark = view.charts.benchmark.as_ref()?;
    let all = benchmark.curve.as_ref()?.seconds().into_iter();
    if chained {
        return Some(all.collect());
    }
    let first = view.charts.windows.first()?;
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let within = all.filter(|(at, _)| (first.start..first.end).contains(&(*at as i64)));
    Some(within.map(|(at, index)| (at, index / 100.0 * benchmark.start)).collect())
}

fn over_time(view: &View, title: &str, note: &str, y: Axis, lines: Vec<NamedLine>) -> Figure {
    Figure {
        title: format!("{}: {title}", view.about.scenario),
        note: of_first(view, note, view.charts.drawn),
        x: times(lines.iter().flat_map(|(_, _, line)| line.iter().map(|point| point.0))),
        legend: lines.iter().map(|(name, paint, _)| Entry::line(name.as_str(), *paint)).collect(),
        panes: vec![Pane {
            y,
            height: HEIGHT,
            marks: lines.into_iter().map(|(_, paint, line)| (Mark::Line(line), paint)).collect(),
        }],
    }
}

/// Height of a plot with so many rows.
const fn height(rows: usize) -> f64 {
    ROW * count(rows) + 12.0
}

/// The mean score of every agent over the windows, with the lowest and the highest.
fn scores(view: &View) -> Option<Figure> {
    let scores = &view.ranks.as_ref()?.scores;
    let known: Vec<(&Scores, f64)> =
        scores.iter().filter_map(|one| Some((one, one.mean?))).take(ROWS).collect();
    let ends = known.iter().flat_map(|(one, _)| [one.lowest, one.highest]);
    let mark = |(i, (one, mean)): (usize, &(&Scores, f64))| {
        let dot = Mark::Dot { row: row(i), value: *mean, low: one.lowest, high: one.highest };
        (dot, Paint::Agent(one.index % 7))
    };
    let y = rows(known.iter().map(|(one, _)| name(view, one.index)));
    Some(Figure {
        title: format!("{}: {} by agent", view.about.scenario, view.metric),
        note: of_first(view, "mean over the windows, with the lowest and the highest", ROWS),
        x: around(ends, 7.0, view.metric.as_str()),
        panes: vec![Pane {
            y: Axis { grid: true, ..y },
            height: height(known.len()),
            marks: known.iter().enumerate().map(mark).collect(),
        }],
        legend: Vec::new(),
    })
}

/// The rank of each agent in each window; the first is on top.
fn ranks(view: &View) -> Option<Figure> {
    let agents: Vec<usize> = drawn(view)
        .into_iter()
        .filter(|agent| view.charts.ranks.get(*agent).is_some_and(|r| !r.is_empty()))
        .collect();
    let windows = view.charts.ranks.get(*agents.first()?)?.len();
    let points = |agent: usize| -> Vec<(f64, f64)> {
        let known = view.charts.ranks[agent].iter().enumerate();
        known.filter_map(|(window, rank)| Some((count(window), -f64::from((*rank)?)))).collect()
    };
    let all: Vec<(usize, Vec<(f64, f64)>)> = agents.into_iter().map(|agent| (agent, points(agent))).collect();
    let (last, _) = ends(all.iter().flat_map(|(_, points)| points.iter().map(|point| point.1)));
    let y = span((last - 0.4, -0.6), 8.0, "rank");
    let whole = |tick: &(f64, String)| (tick.0.fract() == 0.0).then(|| (tick.0, format!("{:.0}", -tick.0)));
    let mut marks = Vec::new();
    for (agent, points) in &all {
        marks.push((Mark::Line(points.clone()), paint(view, *agent)));
        if windows <= 60 {
            marks.push((Mark::Signs(Sign::Disc, points.clone()), paint(view, *agent)));
        }
    }
    let x = span((-0.3, count(windows) - 0.7), 10.0, "window");
    let ticks = x.ticks.iter().filter(|tick| tick.0.fract() == 0.0);
    let number = |tick: &(f64, String)| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let window = view.charts.windows.get(tick.0.max(0.0) as usize)?;
        Some((tick.0, window.number.to_string()))
    };
    Some(Figure {
        title: format!("{}: rank in each window", view.about.scenario),
        note: of_first(view, &format!("by {}", view.metric), view.charts.drawn),
        x: Axis { ticks: ticks.filter_map(number).collect(), grid: false, ..x },
        legend: all.iter().map(|(agent, _)| Entry::line(name(view, *agent), paint(view, *agent))).collect(),
        panes: vec![Pane {
            y: Axis { ticks: y.ticks.iter().filter_map(whole).collect(), ..y },
            height: HEIGHT,
            marks,
        }],
    })
}

/// Correlations of daily returns, as a matrix; columns have the rows' numbers.
fn correlations(view: &View) -> Option<Figure> {
    let found = view.correlations.as_ref()?;
    let n = found.agents.len();
    let y = rows(found.agents.iter().enumerate().map(|(index, agent)| format!("{agent}  {}", index + 1)));
    let cell = |i: usize, j: usize| {
        let cell = &found.cells[i][j];
        let value = match cell.tone {
            "good" => Some(cell.heat),
            "bad" => Some(-cell.heat),
            _ => None,
        };
        (Mark::Cell { x: count(j), y: row(i), value, text: cell.text.clone() }, Paint::Ink)
    };
    Some(Figure {
        title: format!("{}: correlation of daily returns", view.about.scenario),
        note: of_first(view, "columns are the agents by number", n),
        x: columns((1..=n).map(|number| number.to_string())),
        panes: vec![Pane {
            y,
            height: height(n),
            marks: (0..n * n).map(|at| cell(at / n, at % n)).collect(),
        }],
        legend: Vec::new(),
    })
}

/// Costs of each agent, stacked by kind.
fn costs(view: &View) -> Option<Figure> {
    let found = view.charts.costs.as_ref()?;
    let mut ends_so_far = vec![0.0; found.agents.len()];
    let mut marks = Vec::new();
    for (kind, sums) in found.sums.iter().enumerate() {
        let bar = |(agent, sum): (usize, &f64)| {
            let from = ends_so_far[agent];
            ends_so_far[agent] = from + sum;
            [from, from + sum, row(agent) - 0.32, row(agent) + 0.32]
        };
        marks.push((Mark::Bars(sums.iter().enumerate().map(bar).collect()), Paint::Agent(kind)));
    }
    let entry = |(kind, name): (usize, &&str)| Entry {
        name: (*name).to_owned(),
        key: Key::Area,
        paint: Paint::Agent(kind),
    };
    Some(Figure {
        title: format!("{}: costs by kind", view.about.scenario),
        note: of_first(view, "over all windows", found.agents.len()),
        x: with_zero(ends_so_far.into_iter(), 7.0, view.charts.quote.as_str()),
        panes: vec![Pane {
            y: rows(found.agents.iter().cloned()),
            height: height(found.agents.len()),
            marks,
        }],
        legend: found.kinds.iter().enumerate().map(entry).collect(),
    })
}
