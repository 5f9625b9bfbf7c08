//! An indicator as a strategy reads it: by base row, whatever its timeframe.

use std::sync::Arc;

use super::{Beat, IndicatorCache};
use crate::domain::{IndicatorSpec, Interval, SymbolId};
use crate::market::{Market, Row, TickRange};
use crate::scenario::WarmUp;

/// Where indicator columns of one job come from: the market, the window, and how far back its history goes.
#[derive(Debug, Clone, Copy)]
pub struct History<'m> {
    /// All bars.
    pub market: &'m Market,
    /// Shared columns.
    pub cache: &'m IndicatorCache,
    /// Ticks of the window.
    pub ticks: TickRange,
    /// Whether bars before the window may be read.
    pub warm_up: WarmUp,
}

impl<'m> History<'m> {
    /// The indicator over `symbol`'s bars of `timeframe`, from `bars_before` bars before the window's first
    /// (none with [`WarmUp::Inside`]) to its last.
    ///
    /// `timeframe` is the market's interval or one of the frames it was loaded with.
    pub fn feed(
        &self,
        symbol: SymbolId,
        timeframe: Interval,
        spec: IndicatorSpec,
        bars_before: u32,
    ) -> Feed<'m> {
        let series = self.market.series(symbol);
        let (bars, beat) = match series.frames.get(&timeframe) {
            Some(frame) if timeframe != self.market.interval => (&frame.bars, Beat::of(&frame.closed)),
            _ => (&series.bars, Beat::EVERY_BAR),
        };
        let start = self.market.clock[self.ticks.first];
        let end = self.market.close_time(self.ticks.last - 1);
        let before = if self.warm_up == WarmUp::Before { bars_before as usize } else { 0 };
        let first = bars.first_row_from(start).saturating_sub(before);
        let last = bars.first_row_from(end).max(first);
        Feed { column: self.cache.column(symbol, bars, first..last, spec), first, beat }
    }

    /// When `symbol`'s bars of `timeframe` close, for a strategy that reads no indicator.
    pub fn beat(&self, symbol: SymbolId, timeframe: Interval) -> Beat<'m> {
        match self.market.series(symbol).frames.get(&timeframe) {
            Some(frame) if timeframe != self.market.interval => Beat::of(&frame.closed),
            _ => Beat::EVERY_BAR,
        }
    }
}

/// One column, read by base rows.
#[derive(Debug, Clone)]
pub struct Feed<'m> {
    column: Arc<[f64]>,
    first: Row,
    beat: Beat<'m>,
}

impl Feed<'_> {
    /// The value at the close of base row `row`: of the last CLOSED bar of the feed's timeframe. NaN where
    /// there is none yet, or the indicator still warms up.
    pub fn at(&self, row: Row) -> f64 {
        self.ago(row, 0)
    }

    /// The value `bars` bars of the feed's timeframe before the last closed one.
    pub fn ago(&self, row: Row, bars: u32) -> f64 {
        let Some(newest) = self.beat.newest(row) else { return f64::NAN };
        newest
            .checked_sub(bars as usize + self.first)
            .and_then(|index| self.column.get(index))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// Whether a bar of the feed's timeframe has closed just now, with base row `row`.
    pub fn just_closed(&self, row: Row) -> bool {
        self.beat.just_closed(row)
    }
}
