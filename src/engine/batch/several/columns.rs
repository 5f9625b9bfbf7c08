//! What all trials on several symbols share: closes with the extremes of their blocks, and what a fill pays.

use crate::domain::{Bps, Price, SymbolId, Timestamp};
use crate::engine::Job;
use crate::engine::batch::segment::{BLOCK, higher, lower, scan};
use crate::market::{Row, SymbolSeries, TickRange};

/// The window's bars of every symbol that has one at each of its ticks. Bars are counted from the window's first.
#[derive(Debug)]
pub(in crate::engine::batch) struct SeveralColumns<'m> {
    /// Open time of each bar.
    pub clock: &'m [Timestamp],
    /// By symbol; `None` for one that lacks a bar.
    pub symbols: Vec<Option<SymbolColumns<'m>>>,
}

/// One symbol's.
#[derive(Debug)]
pub(in crate::engine::batch) struct SymbolColumns<'m> {
    /// The row of bar 0.
    pub first: Row,
    pub close: &'m [f64],
    /// Extremes of the closes of each block.
    pub lows: Vec<f64>,
    pub highs: Vec<f64>,
    open: &'m [f64],
}

impl<'m> SeveralColumns<'m> {
    pub fn new(job: &Job<'m>) -> Self {
        let ticks = job.window.ticks;
        Self {
            clock: &job.market.clock[ticks.first..ticks.last],
            symbols: job.market.symbols.iter().map(|series| SymbolColumns::new(series, ticks)).collect(),
        }
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.clock.len()
    }

    /// The columns of a symbol that has them.
    pub fn of(&self, symbol: SymbolId) -> Option<&SymbolColumns<'m>> {
        self.symbols.get(symbol.index())?.as_ref()
    }

    /// The bars of the window after which a new UTC day begins.
    pub fn day_ends(&self) -> Vec<usize> {
        let days = self.clock.windows(2).enumerate();
        days.filter(|(_, pair)| pair[0].utc_day() < pair[1].utc_day()).map(|(bar, _)| bar).collect()
    }
}

impl<'m> SymbolColumns<'m> {
    fn new(series: &'m SymbolSeries, ticks: TickRange) -> Option<Self> {
        let first = series.row_at(ticks.first).fresh()?;
        let bars = ticks.last - ticks.first;
        // Rows rise by at most one a tick, and a carried row by none.
        let last = series.row_at(ticks.last - 1).fresh()?;
        let is_whole = last + 1 - first == bars
            && (series.filled == 0 || (ticks.first..ticks.last).all(|tick| series.row_at(tick).fresh().is_some()));
        if !is_whole {
            return None;
        }
        let close = &series.bars.close[first..=last];
        let extremes = |none: f64, pick: fn(f64, f64) -> f64| {
            close.chunks(BLOCK).map(|block| scan(block, none, pick)).collect()
        };
        Some(Self {
            first,
            close,
            lows: extremes(f64::INFINITY, lower),
            highs: extremes(f64::NEG_INFINITY, higher),
            open: &series.bars.open[first..=last],
        })
    }

    /// The close of a bar as an exact price.
    #[inline]
    pub fn close_at(&self, bar: usize) -> Price {
        Price::from_f64(self.close[bar])
    }

    /// What a fill at the open of a bar pays or brings.
    #[inline]
    pub fn fill_at(&self, bar: usize, slippage: Bps, up: bool) -> Price {
        let raw = Price::from_f64(self.open[bar]);
        if slippage == Bps::ZERO { raw } else { raw.slipped(slippage, up) }
    }
}
