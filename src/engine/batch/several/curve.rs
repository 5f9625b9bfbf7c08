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
use crate::engine::batch::segment::{BLOCK, Closes};
use crate::engine::batch::units::{LIMIT, notional, price_units, to_f64};

/// What is held of one symbol.
#[derive(Debug, Clone, Copy)]
struct Part<'g> {
    qty: i64,
    as_float: f64,
    closes: Closes<'g>,
}

/// Cash and positions from a bar on.
#[derive(Debug, Clone, Copy)]
struct Holding {
    bar: usize,
    cash: i64,
    /// Where its parts begin in the list of all.
    first: usize,
}

/// A curve in the middle of the window.
#[derive(Debug)]
pub(super) struct Curve<'g> {
    columns: &'g SeveralColumns<'g>,
    sample_bars: &'g [usize],
    start: f64,
    holdings: Vec<Holding>,
    /// In the order of symbols for each holding.
    parts: Vec<Part<'g>>,
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
        let holdings = vec![Holding { bar: 0, cash, first: 0 }];
        let (falls, parts) = (FallTracker::new(start, 1), Vec::new());
        Self { columns, sample_bars, start, holdings, parts, samples, falls, held: 0 }
    }

    /// Exact equity of what is held now at the closes of a bar.
    pub fn equity_at(&self, bar: usize) -> Result<i64, Ineligible> {
        self.exact_at(self.holdings.len() - 1, bar)
    }

    /// The same of an earlier holding.
    fn exact_at(&self, holding: usize, bar: usize) -> Result<i64, Ineligible> {
        let Holding { cash, first, .. } = self.holdings[holding];
        let end = self.holdings.get(holding + 1).map_or(self.parts.len(), |after| after.first);
        let mut equity = cash;
        for part in &self.parts[first..end] {
            let worth =
                notional(price_units(part.closes.close[bar]), part.qty).ok_or(Ineligible::TooLarge)?;
            equity += worth;
        }
        if equity < LIMIT { Ok(equity) } else { Err(Ineligible::TooLarge) }
    }

    /// Cash and positions change in a bar: what they were until its close before is on the curve.
    pub fn leave(&mut self, bar: usize) -> Result<(), Ineligible> {
        let now = self.holdings[self.holdings.len() - 1];
        while let Some(&sampled) = self.sample_bars.get(self.samples.len() - 1).filter(|&&at| at < bar) {
            let equity = self.equity_at(sampled)?;
            self.samples.push(to_f64(equity));
        }
        if bar == now.bar {
            return Ok(());
        }
        let (cash, parts) = (to_f64(now.cash), &self.parts[now.first..]);
        if parts.is_empty() {
            self.falls.walk(&[cash], now.bar);
        } else {
            self.held += bar - now.bar;
            walk(&mut self.falls, cash, parts, now.bar, bar);
        }
        Ok(())
    }

    /// Notes cash and the quantities of all symbols after the fills of a bar.
    pub fn note(
        &mut self,
        bar: usize,
        cash: i64,
        quantities: impl Iterator<Item = i64>,
    ) -> Result<(), Ineligible> {
        let last = self.holdings[self.holdings.len() - 1];
        if last.bar == bar {
            self.holdings.pop();
            self.parts.truncate(last.first);
        }
        self.holdings.push(Holding { bar, cash, first: self.parts.len() });
        for (symbol, qty) in (0..).map(SymbolId).zip(quantities).filter(|&(_, qty)| qty != 0) {
            let closes = self.columns.of(symbol)?.prices.closes();
            self.parts.push(Part { qty, as_float: to_f64(qty), closes });
        }
        Ok(())
    }

    /// The window's end.
    pub fn finish(self) -> Result<EndOfCurve, Ineligible> {
        let (worst, extremes) = self.falls.clone().finish();
        let fall = worst.first().copied().unwrap_or(IndexedDrawdown::NONE);
        let level = |bar: Option<usize>| match bar {
            None => self.start,
            Some(bar) => {
                let next = self.holdings.partition_point(|holding| holding.bar <= bar);
                // Every level was within the limits when it was walked over, or is refused at the end.
                self.exact_at(next.saturating_sub(1), bar).map_or(f64::NAN, to_f64)
            }
        };
        let (fall, extremes) = (fall.between(level), extremes.at_levels(level));
        if fall.depth.is_nan() || extremes.high.is_nan() || extremes.low.is_nan() {
            return Err(Ineligible::TooLarge);
        }
        Ok(EndOfCurve { samples: self.samples, fall, extremes, held: self.held })
    }
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
            falls.walk(values, from);
        }
        from = to;
    }
}
