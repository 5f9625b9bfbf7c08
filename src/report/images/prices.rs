//! Candles of a symbol with an agent's entries and exits, and with the indicators that its strategy looks at.

use super::axes::{Axis, around, span, times};
use super::figure::{Entry, Figure, HEIGHT, Key, Pane};
use super::marks::Mark;
use super::paint::{GAIN, LOSS, Paint, Sign};
use crate::report::view::{Agent, Candles, Line, Price, RoundTrip, Trades, View};

/// Symbols of an agent that are drawn: those with the most round trips.
const SYMBOLS: usize = 4;
/// Candles that fit beside each other.
const CANDLES: usize = 150;
/// Plots below the prices; further indicators have no room.
const PANES: usize = 3;
const PANE: f64 = 84.0;
/// Colours of indicators: those that prices and entries leave over.
const LINES: [usize; 4] = [3, 4, 5, 6];

/// A picture for each of the agent's main symbols, with its file's name.
pub(super) fn figures(view: &View, agent: &Agent) -> Vec<(String, Figure)> {
    let Some(trades) = view.charts.trades.get(agent.index) else { return Vec::new() };
    let symbols = trades.by_symbol().into_iter().take(SYMBOLS);
    let one = |symbol: &str| {
        let price = view.charts.prices.iter().find(|price| price.symbol == symbol)?;
        Some((format!("{}.prices.{symbol}.svg", agent.name), prices(view, agent, price, trades)?))
    };
    symbols.filter_map(one).collect()
}

/// What lies in one plot.
#[derive(Default)]
struct Drawing {
    marks: Vec<(Mark, Paint)>,
    legend: Vec<Entry>,
}

fn prices(view: &View, agent: &Agent, price: &Price, trades: &Trades) -> Option<Figure> {
    let round_trips = trades.of(&price.symbol);
    let own = |line: &&Line| agent.lines.contains(&line.name);
    let lines: Vec<&Line> = price.lines.iter().filter(own).collect();
    let mut names: Vec<&str> = Vec::new();
    for pane in lines.iter().map(|line| line.pane.as_str()).filter(|pane| *pane != "price") {
        // Lines of other panes may lie between two of one.
        if !names.contains(&pane) {
            names.push(pane);
        }
    }
    names.truncate(PANES);
    let mut main = Drawing::default();
    let (at, extremes) = if let Some(candles) = &price.candles {
        main.candles(candles)
    } else {
        let close = price.close.as_ref()?.seconds();
        let (at, values) = close.iter().copied().unzip();
        main.marks.push((Mark::Line(close), Paint::Quiet));
        main.legend.push(Entry::line("close", Paint::Quiet));
        (at, values)
    };
    let mut main_lines = Vec::new();
    let mut below: Vec<(&str, Drawing, Vec<f64>)> =
        names.iter().map(|name| (*name, Drawing::default(), Vec::new())).collect();
    for (index, line) in lines.iter().enumerate() {
        let paint = Paint::Agent(LINES[index % LINES.len()] + 7 * (index / LINES.len() % 3));
        if line.pane == "price" {
            main.line(line, price, paint, &mut main_lines);
        } else if let Some((_, drawing, values)) = below.iter_mut().find(|(name, ..)| *name == line.pane) {
            drawing.line(line, price, paint, values);
        }
    }
    main.trades(&round_trips);
    let traded = round_trips.iter().flat_map(|one| [Some(one.entry), one.exit]).flatten();
    let y = around(
        extremes.into_iter().chain(main_lines).chain(traded.map(|point| point.1)),
        6.0,
        view.charts.quote.as_str(),
    );
    let mut legend = main.legend;
    let mut panes = vec![Pane { y, height: HEIGHT, marks: main.marks }];
    for (name, drawing, values) in below {
        // A bounded scale has a name that says so.
        let y = if name == "0 to 100" {
            span((0.0, 100.0), 2.0, name)
        } else {
            around(values.into_iter(), 3.0, name)
        };
        panes.push(Pane { y, height: PANE, marks: drawing.marks });
        legend.extend(drawing.legend);
    }
    let left_out: Vec<&str> = agent
        .lines
        .iter()
        .filter(|name| !legend.iter().any(|entry| entry.name == **name))
        .map(String::as_str)
        .collect();
    let note = if left_out.is_empty() { String::new() } else { format!("without {}", left_out.join(", ")) };
    Some(Figure {
        title: format!("{}, {}: {}", view.about.scenario, agent.name, price.symbol),
        note,
        x: Axis { grid: false, ..times(at.into_iter()) },
        panes,
        legend,
    })
}

impl Drawing {
    /// Gains as outlines, losses filled; says when they are, and how far they reach.
    fn candles(&mut self, candles: &Candles) -> (Vec<f64>, Vec<f64>) {
        let all = candles.gathered(CANDLES);
        let width = all.windows(2).map(|pair| pair[1][0] - pair[0][0]).fold(f64::INFINITY, f64::min);
        let width = if width.is_finite() { width } else { 1.0 };
        let (down, up): (Vec<[f64; 5]>, Vec<[f64; 5]>) = all.iter().partition(|candle| candle[4] < candle[1]);
        self.marks.push((Mark::Candles { candles: up, width, filled: false }, GAIN));
        self.marks.push((Mark::Candles { candles: down, width, filled: true }, LOSS));
        let ends =
            all.first().zip(all.last()).map(|(first, last)| [first[0] - width / 2.0, last[0] + width / 2.0]);
        let extremes = all.iter().flat_map(|candle| [candle[2], candle[3]]).collect();
        (ends.into_iter().flatten().collect(), extremes)
    }

    /// An indicator; it breaks where it has no value.
    fn line(&mut self, line: &Line, price: &Price, paint: Paint, values: &mut Vec<f64>) {
        let times = price.candles.as_ref().map(Candles::times).unwrap_or_default();
        let points: Vec<Option<(f64, f64)>> =
            times.iter().zip(&line.v).map(|(at, v)| Some((*at, (*v)?))).collect();
        for part in points.split(Option::is_none).filter(|part| part.len() > 1) {
            let part: Vec<(f64, f64)> = part.iter().flatten().copied().collect();
            values.extend(part.iter().map(|point| point.1));
            self.marks.push((Mark::Line(part), paint));
        }
        self.legend.push(Entry::line(line.name.as_str(), paint));
    }

    /// Entries and exits; an exit has the colour of what the round trip earned.
    fn trades(&mut self, all: &[RoundTrip]) {
        let entries =
            |short: bool| all.iter().filter(|one| one.short == short).map(|one| one.entry).collect();
        let exits = |short: bool, gained: bool| -> Vec<(f64, f64)> {
            let own = all.iter().filter(|one| !one.liquidated && one.short == short && one.gained == gained);
            own.filter_map(|one| one.exit).collect()
        };
        let liquidated = all.iter().filter(|one| one.liquidated).filter_map(|one| one.exit).collect();
        let kinds = [
            ("entry", Sign::Up, entries(false), Paint::Agent(2)),
            ("entry, short", Sign::Down, entries(true), Paint::Agent(2)),
            ("exit, gain", Sign::Down, exits(false, true), GAIN),
            ("exit, loss", Sign::Down, exits(false, false), LOSS),
            ("exit, short, gain", Sign::Up, exits(true, true), GAIN),
            ("exit, short, loss", Sign::Up, exits(true, false), LOSS),
            ("liquidation", Sign::Cross, liquidated, LOSS),
        ];
        for (name, sign, points, paint) in kinds.into_iter().filter(|(_, _, points, _)| !points.is_empty()) {
            self.marks.push((Mark::Signs(sign, points), paint));
            self.legend.push(Entry { name: name.to_owned(), key: Key::Sign(sign), paint });
        }
    }
}
