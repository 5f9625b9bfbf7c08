//! The equity curve of one trial on several symbols: `cash + quantity * close + ..` from fill to fill.
//!
//! Owns its samples, its deepest fall and its extremes. Rounding keeps order, so that the extremes of a block's closes, in
//! the order of the sum, give bounds of the equity in it: a block whose bounds change neither the peak nor the trough is
//! passed over.

use super::columns::SeveralColumns;
use crate::domain::SymbolId;
use crate::engine::batch::Ineligible;
use crate::engine::batch::fall_tracker::FallTracker;
use crate::engine::batch::replay_summary::{Extremes, IndexedDrawdown};
use crate::engine::batch::segment::{BLOCK, Closes, higher, lower, scan};
use crate::engine::batch::units::{LIMIT, notional, price_units, to_f64};

/// What is held of one symbol.
#[derive(Debug, Clone, Copy)]
struct Part<'g> {
    symbol: SymbolId,
    qty: i64,
    as_float: f64,
    closes: Closes<'g>,
}

/// What a fill changed: the quantity of a symbol, and the cash.
#[derive(Debug, Clone, Copy)]
struct Change {
    bar: usize,
    cash: i64,
    symbol: SymbolId,
    qty: i64,
}

/// A curve in the middle of the window.
#[derive(Debug)]
pub(super) struct Curve<'g> {
    columns: &'g SeveralColumns<'g>,
    sample_bars: &'g [usize],
    start: i64,
    /// The bar since which cash and quantities are what they are now.
    since: usize,
    cash: i64,
    /// What is held now, in the order of symbols.
    parts: Vec<Part<'g>>,
    changes: Vec<Change>,
    samples: Vec<f64>,
    falls: FallTracker,
    held: usize,
}

/// A curve at its end.
#[derive(Debug)]
pub(super) struct EndOfCurve {
    /// Equity at the start and at the bars that are sampled.
    pub samples: Vec<f64>,
    /// The deepest fall, at exact levels.
    pub fall: IndexedDrawdown,
    /// At exact levels.
    pub extremes: Extremes,
    /// Bars at whose close anything was held.
    pub held: usize,
}

impl<'g> Curve<'g> {
    pub fn new(columns: &'g SeveralColumns<'g>, sample_bars: &'g [usize], cash: i64) -> Self {
        let start = to_f64(cash);
        let mut samples = Vec::with_capacity(sample_bars.len() + 1);
        samples.push(start);
        Self {
            columns,
            sample_bars,
            start: cash,
            since: 0,
            cash,
            parts: Vec::with_capacity(columns.count()),
            changes: Vec::new(),
            samples,
            falls: FallTracker::new(start, 1),
            held: 0,
        }
    }

    /// Exact equity of what is held now at the closes of a bar.
    pub fn equity_at(&self, bar: usize) -> Result<i64, Ineligible> {
        let mut equity = self.cash;
        for part in &self.parts {
            equity += worth(&part.closes, bar, part.qty)?;
        }
        within_limits(equity)
    }

    /// Exact equity of what was held at the close of an earlier bar.
    fn equity_then(&self, bar: usize) -> Result<i64, Ineligible> {
        let (mut cash, mut quantities) = (self.start, vec![0; self.columns.count()]);
        for change in self.changes.iter().take_while(|change| change.bar <= bar) {
            (cash, quantities[change.symbol.index()]) = (change.cash, change.qty);
        }
        let mut equity = cash;
        for (symbol, qty) in (0..).map(SymbolId).zip(quantities).filter(|&(_, qty)| qty != 0) {
            equity += worth(&self.columns.of(symbol)?.prices.closes(), bar, qty)?;
        }
        within_limits(equity)
    }

    /// Cash and positions change in a bar: what they were until its close before is on the curve.
    pub fn leave(&mut self, bar: usize) -> Result<(), Ineligible> {
        while let Some(&sampled) = self.sample_bars.get(self.samples.len() - 1).filter(|&&at| at < bar) {
            let equity = self.equity_at(sampled)?;
            self.samples.push(to_f64(equity));
        }
        if bar == self.since {
            return Ok(());
        }
        let cash = to_f64(self.cash);
        if self.parts.is_empty() {
            self.falls.walk(&[cash], self.since);
        } else {
            self.held += bar - self.since;
            walk(&mut self.falls, cash, &self.parts, self.since, bar);
        }
        self.since = bar;
        Ok(())
    }

    /// Notes a fill of the bar that was left for: what is held of a symbol after it, and the cash.
    pub fn note(&mut self, bar: usize, cash: i64, symbol: SymbolId, qty: i64) -> Result<(), Ineligible> {
        self.cash = cash;
        self.changes.push(Change { bar, cash, symbol, qty });
        let rank = self.parts.partition_point(|part| part.symbol < symbol);
        if self.parts.get(rank).is_some_and(|part| part.symbol == symbol) {
            self.parts.remove(rank);
        }
        if qty != 0 {
            let closes = self.columns.of(symbol)?.prices.closes();
            self.parts.insert(rank, Part { symbol, qty, as_float: to_f64(qty), closes });
        }
        Ok(())
    }

    /// The window's end.
    pub fn finish(self) -> Result<EndOfCurve, Ineligible> {
        let (worst, extremes) = self.falls.clone().finish();
        let fall = worst.first().copied().unwrap_or(IndexedDrawdown::NONE);
        // Every level was within the limits when it was walked over, or is refused at the end.
        let level = |bar: Option<usize>| match bar {
            None => to_f64(self.start),
            Some(bar) => self.equity_then(bar).map_or(f64::NAN, to_f64),
        };
        let (fall, extremes) = (fall.between(level), extremes.at_levels(level));
        if fall.depth.is_nan() || extremes.high.is_nan() || extremes.low.is_nan() {
            return Err(Ineligible::TooLarge);
        }
        Ok(EndOfCurve { samples: self.samples, fall, extremes, held: self.held })
    }
}

fn worth(closes: &Closes<'_>, bar: usize, qty: i64) -> Result<i64, Ineligible> {
    notional(price_units(closes.close[bar]), qty).ok_or(Ineligible::TooLarge)
}

fn within_limits(equity: i64) -> Result<i64, Ineligible> {
    if equity < LIMIT { Ok(equity) } else { Err(Ineligible::TooLarge) }
}

/// The curve from bar `from` to `end`, block by block.
fn walk(falls: &mut FallTracker, cash: f64, held: &[Part<'_>], mut from: usize, end: usize) {
    let mut values = [0.0; BLOCK];
    while from < end {
        let block = from / BLOCK;
        let to = ((block + 1) * BLOCK).min(end);
        let (mut low, mut high) = (cash, cash);
        for part in held {
            low += part.as_float * part.closes.lows[block];
            high += part.as_float * part.closes.highs[block];
        }
        if !falls.passes_over(low, high) {
            let values = &mut values[..to - from];
            values.fill(cash);
            for part in held {
                for (value, close) in values.iter_mut().zip(&part.closes.close[from..to]) {
                    *value += part.as_float * close;
                }
            }
            let (low, high) = (scan(values, f64::INFINITY, lower), scan(values, f64::NEG_INFINITY, higher));
            if !falls.passes_over(low, high) {
                falls.walk(values, from);
            }
        }
        from = to;
    }
}
