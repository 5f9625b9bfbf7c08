//! An indicator as a strategy reads it: by base row, whatever its timeframe.

use std::sync::Arc;

use super::{Column, IndicatorCache, TimeframeClock};
use crate::domain::{IndicatorSpec, Interval, SymbolId};
use crate::market::{Market, Row, TickRange};
use crate::scenario::WarmUp;

/// Where indicator columns of one job come from: the market, the window, and how far back its history goes.
#[derive(Debug, Clone, Copy)]
pub struct History<'m> {
    /// Bars of all symbols.
    pub market: &'m Market,
    /// Indicator columns shared by all agents.
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
        spec: &IndicatorSpec,
        bars_before: u32,
    ) -> Feed<'m> {
        Feed {
            column: self.column(symbol, timeframe, spec, bars_before),
            clock: self.clock(symbol, timeframe),
        }
    }

    /// The same of `other`'s bars, read by base rows of `own`: what is known of it at the close of each.
    pub fn feed_of_other(
        &self,
        (own, other): (SymbolId, SymbolId),
        timeframe: Interval,
        spec: &IndicatorSpec,
        bars_before: u32,
    ) -> Feed<'m> {
        let closed = self.cache.seen_from((own, other), timeframe, || self.closed_at(own, other, timeframe));
        let column = self.column(other, timeframe, spec, bars_before);
        Feed { column, clock: TimeframeClock::of_other(closed) }
    }

    /// For each base row of `own`, how many bars of `other` in a timeframe are closed at its close.
    fn closed_at(&self, own: SymbolId, other: SymbolId, timeframe: Interval) -> Vec<u32> {
        let (own, other) = (self.market.series(own), self.market.series(other));
        let frame = other.frames.get(&timeframe).filter(|_| timeframe != self.market.interval);
        let mut closed = Vec::with_capacity(own.bars.len());
        for tick in 0..self.market.clock.len() {
            if own.row_at(tick).row() != Some(closed.len()) {
                continue;
            }
            closed.push(match (other.row_at(tick).row(), frame) {
                (None, _) => 0,
                (Some(row), Some(frame)) => frame.closed[row],
                (Some(row), None) => u32::try_from(row + 1).unwrap_or(u32::MAX),
            });
        }
        closed
    }

    fn column(
        &self,
        symbol: SymbolId,
        timeframe: Interval,
        spec: &IndicatorSpec,
        bars_before: u32,
    ) -> Arc<Column> {
        let series = self.market.series(symbol);
        let bars = match series.frames.get(&timeframe) {
            Some(frame) if timeframe != self.market.interval => &frame.bars,
            _ => &series.bars,
        };
        let start = self.market.clock[self.ticks.first];
        let end = self.market.close_time(self.ticks.last - 1);
        let before = if self.warm_up == WarmUp::Before { bars_before as usize } else { 0 };
        let first = bars.first_row_from(start).saturating_sub(before);
        let last = bars.first_row_from(end).max(first);
        self.cache.column(symbol, bars, first..last, spec)
    }

    /// When `symbol`'s bars of `timeframe` close.
    pub fn clock(&self, symbol: SymbolId, timeframe: Interval) -> TimeframeClock<'m> {
        match self.market.series(symbol).frames.get(&timeframe) {
            Some(frame) if timeframe != self.market.interval => TimeframeClock::of(&frame.closed),
            _ => TimeframeClock::EVERY_BAR,
        }
    }
}

/// One column, read by base rows.
#[derive(Debug, Clone)]
pub struct Feed<'m> {
    column: Arc<Column>,
    clock: TimeframeClock<'m>,
}

impl<'m> Feed<'m> {
    /// The value at the close of base row `row`: of the last CLOSED bar of the feed's timeframe. NaN where
    /// there is none yet, or the indicator still warms up.
    pub fn at(&self, row: Row) -> f64 {
        self.ago(row, 0)
    }

    /// The value `bars` bars of the feed's timeframe before the last closed one.
    pub fn ago(&self, row: Row, bars: u32) -> f64 {
        let newest = self.clock.newest(row).and_then(|newest| newest.checked_sub(bars as usize));
        newest.map_or(f64::NAN, |row| self.column.at(row))
    }

    /// The values up to the one known at the close of base row `row`, oldest first; NaN while the indicator warms up.
    pub fn values_until(&self, row: Row) -> &[f64] {
        let rows = self.column.rows();
        let end = self.clock.newest(row).map_or(0, |newest| newest + 1);
        &self.column.values()[..end.clamp(rows.start, rows.end) - rows.start]
    }

    /// The column itself, where its rows are the base rows; `None` in a coarser timeframe.
    pub fn column(&self) -> Option<&Column> {
        self.clock.is_every_bar().then_some(&*self.column)
    }

    /// When the feed's bars close.
    pub const fn clock(&self) -> &TimeframeClock<'m> {
        &self.clock
    }

    /// Whether a bar of the feed's timeframe has closed just now, with base row `row`.
    pub fn just_closed(&self, row: Row) -> bool {
        self.clock.just_closed(row)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{BarField, Instrument, Span, Symbol};
    use crate::indicator::fixture;
    use crate::market::{Bars, Frame, SymbolSeries, TickRow};

    const CLOSE: IndicatorSpec = IndicatorSpec::Field(BarField::Close);
    const SMA: IndicatorSpec = IndicatorSpec::Sma { n: 4 };

    fn two_minutes() -> Interval {
        Interval::new(Span::MINUTE.times(2)).unwrap()
    }

    /// The sixty bars, and frames of two of them.
    fn market() -> Market {
        let bars = fixture::bars();
        let mut coarse = Bars::with_capacity(two_minutes(), 30);
        for row in (0..60).step_by(2) {
            coarse.ts.push(bars.ts[row]);
            coarse.open.push(bars.open[row]);
            coarse.high.push(bars.high[row].max(bars.high[row + 1]));
            coarse.low.push(bars.low[row].min(bars.low[row + 1]));
            coarse.close.push(bars.close[row + 1]);
            coarse.volume.push(bars.volume[row] + bars.volume[row + 1]);
        }
        let frame = Frame { bars: coarse, closed: (0..60_u32).map(|row| row.div_ceil(2)).collect() };
        let series = SymbolSeries {
            instrument: Instrument::with_defaults(Symbol::new("S").unwrap()),
            rows: (0..60).map(|row| TickRow::new(row, true)).collect(),
            frames: BTreeMap::from([(two_minutes(), frame)]),
            filled: 0,
            findings: Vec::new(),
            detail: None,
            high_low: Default::default(),
            margin: None,
            actions: None,
            bars,
        };
        Market {
            interval: Interval::MINUTE,
            clock: series.bars.ts.clone(),
            symbols: vec![series],
            digest: String::new(),
            in_range: TickRange { first: 0, last: 60 },
            trading_year: crate::market::TradingYear::of(crate::scenario::Calendar::RoundTheClock),
            stated: None,
            benchmark: None,
            day: Default::default(),
        }
    }

    /// A market and its columns; the window is ticks 20 to 39.
    struct World(Market, IndicatorCache);

    impl World {
        fn new() -> Self {
            Self(market(), IndicatorCache::new())
        }

        fn feed(&self, warm_up: WarmUp, frame: Interval, spec: IndicatorSpec, before: u32) -> Feed<'_> {
            let ticks = TickRange { first: 20, last: 40 };
            History { market: &self.0, cache: &self.1, ticks, warm_up }.feed(
                SymbolId(0),
                frame,
                &spec,
                before,
            )
        }
    }

    #[test]
    fn history_before_the_window_is_read_as_far_as_asked() {
        let world = World::new();
        let near = world.feed(WarmUp::Before, Interval::MINUTE, SMA, 3);
        assert!(near.at(19).is_nan());
        assert!(!near.at(20).is_nan());
        let far = world.feed(WarmUp::Before, Interval::MINUTE, SMA, 1_000);
        assert!(far.at(2).is_nan());
        assert!(!far.at(3).is_nan());
        assert_eq!(far.at(20), near.at(20));
    }

    #[test]
    fn inside_begins_with_the_window_s_own_bar() {
        let world = World::new();
        let inside = world.feed(WarmUp::Inside, Interval::MINUTE, SMA, 1_000);
        assert!(inside.at(22).is_nan());
        assert!(!inside.at(23).is_nan());
    }

    #[test]
    fn nothing_is_read_beyond_the_window() {
        let world = World::new();
        let closes = world.feed(WarmUp::Before, Interval::MINUTE, CLOSE, 1);
        assert!(!closes.at(39).is_nan());
        assert!(closes.at(40).is_nan());
        assert!(closes.ago(20, 30).is_nan());
    }

    #[test]
    fn a_coarser_feed_shows_its_last_closed_bar() {
        let world = World::new();
        let closes = &world.0.symbols[0].bars.close;
        let coarse = world.feed(WarmUp::Before, two_minutes(), CLOSE, 2);
        // Base row 21 completes the frame of rows 20 and 21; at row 22 it is still the last closed one.
        assert!(coarse.just_closed(21) && !coarse.just_closed(22));
        assert_eq!(coarse.at(21), closes[21]);
        assert_eq!(coarse.at(22), closes[21]);
        assert_eq!(coarse.ago(22, 1), closes[19]);
        assert_eq!(coarse.at(20), closes[19]);
    }

    #[test]
    fn equal_columns_are_computed_once() {
        let world = World::new();
        let [one, two] = [(), ()].map(|()| world.feed(WarmUp::Before, Interval::MINUTE, SMA, 3));
        assert!(Arc::ptr_eq(&one.column, &two.column));
    }
}
