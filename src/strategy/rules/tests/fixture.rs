//! Small markets, conditions read from text, and an account that says what it is told.

use std::collections::BTreeMap;

use crate::domain::{
    Bps, Cash, Instrument, Interval, OrderId, Price, Qty, Seed, Side, Symbol, SymbolId, Timestamp,
};
use crate::indicator::{History, IndicatorCache};
use crate::market::{Bars, Frame, Market, SymbolSeries, TickRange, TickRow};
use crate::scenario::expr::{self, Surroundings, Symbols};
use crate::scenario::{Condition, RuleSet, StrategyKind, StrategySpec, WarmUp};
use crate::strategy::{Account, FillView, OpenOrder, OrderView, PositionView, Setup};

/// A bar as the tests write it.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    pub hour: i64,
    pub close: f64,
    pub volume: f64,
}

pub fn interval(text: &str) -> Interval {
    text.parse().unwrap()
}

/// One bar an hour with these closes, volume 1.
pub fn hourly(closes: &[f64]) -> Vec<Bar> {
    (0..).zip(closes).map(|(hour, &close)| Bar { hour, close, volume: 1.0 }).collect()
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_micros(hour * interval("1h").micros())
}

/// The symbols' bars on one clock; all four prices of a bar are its close.
pub fn market(symbols: &[Vec<Bar>]) -> Market {
    let mut clock: Vec<Timestamp> = symbols.iter().flatten().map(|bar| at(bar.hour)).collect();
    clock.sort_unstable();
    clock.dedup();
    Market {
        interval: interval("1h"),
        symbols: symbols.iter().zip('A'..).map(|(bars, name)| series(bars, name, &clock)).collect(),
        in_range: TickRange { first: 0, last: clock.len() },
        clock,
        digest: String::new(),
        trading_year: crate::market::TradingYear::of(crate::scenario::Calendar::RoundTheClock),
        stated: None,
        benchmark: None,
        day: Default::default(),
    }
}

fn series(bars: &[Bar], name: char, clock: &[Timestamp]) -> SymbolSeries {
    let mut columns = Bars::with_capacity(interval("1h"), bars.len());
    for bar in bars {
        push(&mut columns, at(bar.hour), *bar);
    }
    let row = |ts: &Timestamp| match columns.ts.partition_point(|known| known <= ts).checked_sub(1) {
        None => TickRow::NONE,
        Some(row) => TickRow::new(row, columns.ts[row] == *ts),
    };
    SymbolSeries {
        instrument: Instrument::with_defaults(Symbol::new(&name.to_string()).unwrap()),
        rows: clock.iter().map(row).collect(),
        frames: ["4h", "1d"].map(|text| (interval(text), frame(bars, interval(text)))).into(),
        filled: 0,
        findings: Vec::new(),
        detail: None,
        high_low: Default::default(),
        margin: None,
        actions: None,
        bars: columns,
    }
}

fn push(columns: &mut Bars, ts: Timestamp, bar: Bar) {
    columns.ts.push(ts);
    for column in [&mut columns.open, &mut columns.high, &mut columns.low, &mut columns.close] {
        column.push(bar.close);
    }
    columns.volume.push(bar.volume);
}

/// Only closes and volumes matter here: a coarse bar is its last base bar.
fn frame(bars: &[Bar], timeframe: Interval) -> Frame {
    let mut coarse: BTreeMap<Timestamp, Bar> = BTreeMap::new();
    for bar in bars {
        coarse.insert(timeframe.floor(at(bar.hour)), *bar);
    }
    let mut columns = Bars::with_capacity(timeframe, coarse.len());
    for (ts, bar) in &coarse {
        push(&mut columns, *ts, *bar);
    }
    let closed_by = |bar: &Bar| {
        let ends = |ts: &&Timestamp| **ts + timeframe.span() <= at(bar.hour + 1);
        u32::try_from(columns.ts.iter().filter(ends).count()).unwrap()
    };
    Frame { closed: bars.iter().map(closed_by).collect(), bars: columns }
}

/// The whole market as one window.
pub fn history<'m>(market: &'m Market, cache: &'m IndicatorCache) -> History<'m> {
    let ticks = TickRange { first: 0, last: market.clock.len() };
    History { market, cache, ticks, warm_up: WarmUp::Before }
}

pub fn setup(history: History<'_>) -> Setup<'_> {
    Setup { history, seed: Seed(1), agent: "rules", window: 0 }
}

/// May name the symbols of these markets and the position.
pub fn condition(text: &str) -> Condition {
    let base = interval("1h");
    let symbols = ["A", "B", "C"].map(|name| Symbol::new(name).unwrap());
    let surroundings =
        Surroundings { symbols: Symbols::Of(&symbols), position: true, ..Surroundings::bars(base, base) };
    Condition {
        text: text.to_owned(),
        timeframe: surroundings.timeframe,
        expr: expr::parse_condition(text, &surroundings).unwrap(),
    }
}

/// Enters when all of the first hold, leaves when any of the second does; no levels, no limits.
pub fn rule_set(enter_all: &[&str], exit_any: &[&str]) -> RuleSet {
    let conditions = |texts: &[&str]| texts.iter().map(|text| condition(text)).collect();
    RuleSet::of(conditions(enter_all), conditions(exit_any))
}

/// The strategy of these rules over the first `symbols` symbols, with 20 % of the equity an entry.
pub fn spec(rules: &RuleSet, symbols: u16) -> StrategySpec {
    StrategySpec {
        kind: StrategyKind::Rules(Box::new(rules.clone())),
        symbols: (0..symbols).map(SymbolId).collect(),
        timeframe: interval("1h"),
        size: Bps::from_percent(20.0),
        entries: Default::default(),
    }
}

/// An account as a test sets it up.
#[derive(Debug, Default)]
pub struct Books {
    pub positions: BTreeMap<SymbolId, PositionView>,
    pub waiting: Vec<(SymbolId, Side)>,
    /// Orders that it has refused.
    pub refuses: Vec<OrderId>,
}

impl Books {
    /// Holds a little, bought at 1, since a fill at this tick.
    pub fn hold(&mut self, symbol: u16, opened_tick: usize) {
        let price = Price::from_f64(1.0);
        let position = PositionView { qty: Qty::from_units(1), average_price: price, opened_tick };
        self.positions.insert(SymbolId(symbol), position);
    }
}

impl Account for Books {
    fn equity(&self) -> Cash {
        Cash::ZERO
    }

    fn cash(&self) -> Cash {
        Cash::ZERO
    }

    fn available(&self) -> Cash {
        Cash::ZERO
    }

    fn position(&self, symbol: SymbolId) -> PositionView {
        self.positions.get(&symbol).copied().unwrap_or_default()
    }

    fn has_waiting(&self, symbol: SymbolId, side: Side) -> bool {
        self.waiting.contains(&(symbol, side))
    }

    fn open_orders(&self, _: SymbolId, _: &mut Vec<OpenOrder>) {}

    fn next_order_id(&self) -> OrderId {
        OrderId(1)
    }

    fn working(&self, _: SymbolId, _: &mut Vec<OrderId>) {}

    fn ended(&self, _: SymbolId) -> u64 {
        0
    }

    fn accepted(&self, order: OrderId) -> Cash {
        if self.refuses.contains(&order) { Cash::ZERO } else { Cash::from_units(1) }
    }

    fn fill_count(&self) -> usize {
        0
    }

    fn fill(&self, _: usize) -> Option<FillView> {
        None
    }

    fn order(&self, _: OrderId) -> Option<OrderView<'_>> {
        None
    }
}
