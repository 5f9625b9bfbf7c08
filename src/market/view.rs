//! All symbols of a scenario on one clock.

use std::collections::BTreeMap;

use super::bars::{Bars, Row};
use super::calendar::TradingYear;
use super::quality::Finding;
use super::zone_map::Extremes;
use crate::domain::{Instrument, Interval, SymbolId, Timestamp};

/// Every symbol's bars at the scenario's interval, on the sorted union of their open times, and the coarser
/// frames that strategies ask for. Immutable.
#[derive(Debug)]
pub struct Market {
    /// The scenario's interval.
    pub interval: Interval,
    /// Open times of all bars of all symbols, sorted, unique: tick `t` is the bar that opens at `clock[t]`.
    pub clock: Vec<Timestamp>,
    /// In the scenario's order: index by [`SymbolId::index`].
    pub symbols: Vec<SymbolSeries>,
    /// The ticks that open in the scenario's range; those before it are history.
    pub in_range: TickRange,
    /// BLAKE3 over the bars as read (names, intervals and columns), in hexadecimal.
    pub digest: String,
    /// When it trades, and how many days of its year: told by the bars of the range, the calendar by those of the days
    /// before it too; whatever history was read.
    pub trading_year: TradingYear,
}

impl Market {
    /// A symbol's series.
    pub fn series(&self, symbol: SymbolId) -> &SymbolSeries {
        &self.symbols[symbol.index()]
    }

    /// The first tick that opens at or after `at`; the number of ticks where none does.
    pub fn first_tick_from(&self, at: Timestamp) -> usize {
        self.clock.partition_point(|&ts| ts < at)
    }

    /// The first tick from `from` on that opens at or after `at`; the number of ticks where none does. Quick
    /// where no bar is missing between.
    pub fn first_tick_after(&self, from: usize, at: Timestamp) -> usize {
        let Some(&here) = self.clock.get(from) else { return self.clock.len() };
        let ahead = at.micros().saturating_sub(here.micros());
        if ahead <= 0 {
            return from;
        }
        // Ticks are at least an interval apart: so many on it cannot be earlier any more.
        let steps = (ahead - 1) / self.interval.micros() + 1;
        let end = usize::try_from(steps).unwrap_or(usize::MAX).saturating_add(from).min(self.clock.len());
        if self.clock[end - 1] < at {
            return end;
        }
        from + self.clock[from..end].partition_point(|&ts| ts < at)
    }

    /// The tick of a symbol's own bar `row`, which is not before tick `from`; the number of ticks where the
    /// symbol has no such row. Quick where no other symbol's bars lie between.
    pub fn tick_of(&self, symbol: SymbolId, row: Row, from: usize) -> usize {
        let series = self.series(symbol);
        if series.is_whole() {
            return row.min(self.clock.len());
        }
        let Some(&at) = series.bars.ts.get(row) else { return self.clock.len() };
        let nearest = from + row.saturating_sub(series.row_from(from));
        if series.rows.get(nearest).is_some_and(|here| here.fresh() == Some(row)) {
            return nearest;
        }
        let later = self.clock.get(nearest..).unwrap_or_default();
        nearest + later.partition_point(|&ts| ts < at)
    }

    /// When the bar of a tick closes and becomes known.
    pub fn close_time(&self, tick: usize) -> Timestamp {
        self.clock[tick] + self.interval.span()
    }
}

/// One symbol on the market's clock.
#[derive(Debug)]
pub struct SymbolSeries {
    /// Its trading rules.
    pub instrument: Instrument,
    /// Its bars at the market's interval.
    pub bars: Bars,
    /// How many of them were made to fill holes: none of those is tradable.
    pub filled: usize,
    /// For each tick of the clock, the last row known at its close.
    pub rows: Vec<TickRow>,
    /// Coarser bars with what is closed when, by interval.
    pub frames: BTreeMap<Interval, Frame>,
    /// What the data check noticed in the bars as they were read, history included; the gravest first.
    pub findings: Vec<Finding>,
    /// Finer bars for `intrabar = "detail"`, where the data has them.
    pub detail: Option<Bars>,
    /// Bounds of its lows and highs, made when first searched.
    pub extremes: Extremes,
}

impl SymbolSeries {
    /// Whether it has a tradable bar of its own at every tick: then its rows are the ticks, and `rows` need not be read.
    pub fn is_whole(&self) -> bool {
        self.filled == 0 && self.bars.len() == self.rows.len()
    }

    /// Its row at a tick, as `rows` has it.
    pub fn row_at(&self, tick: usize) -> TickRow {
        if self.is_whole() { TickRow::new(tick, true) } else { self.rows[tick] }
    }

    /// The first row whose bar opens at or after a tick; the number of rows where none does.
    pub fn row_from(&self, tick: usize) -> Row {
        if self.is_whole() {
            return tick;
        }
        let before = self.rows[..tick].last();
        before.and_then(|before| before.row()).map_or(0, |row| row + 1)
    }
}

/// Coarser bars of one symbol.
#[derive(Debug)]
pub struct Frame {
    /// Aligned to UTC; the last may be cut by the end of the data and is then never closed.
    pub bars: Bars,
    /// For each base row, how many coarse bars have closed when that base bar closes: a coarse bar
    /// `[T, T + I)` counts from the first base bar that closes at or after `T + I`.
    pub closed: Vec<u32>,
}

/// The last row of a symbol at a tick, and whether it is this tick's own bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickRow(u32);

impl TickRow {
    /// Before the symbol's first bar.
    pub const NONE: Self = Self(0);

    /// Row `row`; `fresh` when its bar opens at this very tick, stale when it is carried.
    #[expect(clippy::cast_possible_truncation, reason = "the loader refuses more than 2^30 rows")]
    pub const fn new(row: Row, fresh: bool) -> Self {
        Self((row as u32 + 1) << 1 | fresh as u32)
    }

    /// The last row whose bar opened at or before this tick.
    pub const fn row(self) -> Option<Row> {
        if self.0 == 0 { None } else { Some((self.0 >> 1) as usize - 1) }
    }

    /// The row, only where the symbol has a bar at this very tick that was not made to fill a hole: tradable now.
    pub const fn fresh(self) -> Option<Row> {
        if self.0 & 1 == 1 { self.row() } else { None }
    }
}

/// Ticks `first .. last` of the market's clock, `last` excluded; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickRange {
    /// First tick.
    pub first: usize,
    /// One past the last tick.
    pub last: usize,
}
