//! All symbols of a scenario, aligned to one clock.

use std::collections::BTreeMap;

use super::actions::ActionSeries;
use super::bars::{Bars, Row};
use super::calendar::TradingYear;
use super::margin_series::MarginSeries;
use super::quality::Finding;
use super::reference_series::ReferenceSeries;
use super::zone_map::HighLowIndex;
use crate::domain::{DayStart, Instrument, Interval, SymbolId, Timestamp};
use crate::scenario::Calendar;

/// Every symbol's bars at the scenario's interval, on the sorted union of their open times, and the coarser
/// frames that strategies need. Immutable.
#[derive(Debug)]
pub struct Market {
    /// The scenario's interval.
    pub interval: Interval,
    /// Open times of all bars of all symbols, sorted and unique: tick `t` is the bar that opens at
    /// `clock[t]`.
    pub clock: Vec<Timestamp>,
    /// In the scenario's order: index by [`SymbolId::index`].
    pub symbols: Vec<SymbolSeries>,
    /// The ticks that open in the scenario's range; earlier ones are history.
    pub in_range: TickRange,
    /// BLAKE3 over the bars as read (names, intervals and columns), in hexadecimal.
    pub digest: String,
    /// Calendar and trading days per year. Detected from the bars of the range (the calendar also from the
    /// days before it), independent of the history that was read.
    pub trading_year: TradingYear,
    /// When it trades, where the scenario says so itself.
    pub stated: Option<Calendar>,
    /// Where trading days begin.
    pub day: DayStart,
    /// The benchmark, where it is a symbol that nobody trades.
    pub benchmark: Option<Box<ReferenceSeries>>,
}

impl Market {
    /// A symbol's series.
    pub fn series(&self, symbol: SymbolId) -> &SymbolSeries {
        &self.symbols[symbol.index()]
    }

    /// The first tick that opens at or after `at`, or the number of ticks.
    pub fn first_tick_from(&self, at: Timestamp) -> usize {
        self.clock.partition_point(|&ts| ts < at)
    }

    /// The first tick from `from` on that opens at or after `at`, or the number of ticks. Fast where no bar
    /// is missing in between.
    pub fn first_tick_after(&self, from: usize, at: Timestamp) -> usize {
        let Some(&here) = self.clock.get(from) else { return self.clock.len() };
        let ahead = at.micros().saturating_sub(here.micros());
        if ahead <= 0 {
            return from;
        }
        // Ticks are at least an interval apart, so the tick this many steps ahead opens at or after `at`.
        let steps = (ahead - 1) / self.interval.micros() + 1;
        let end = usize::try_from(steps).unwrap_or(usize::MAX).saturating_add(from).min(self.clock.len());
        if self.clock[end - 1] < at {
            return end;
        }
        from + self.clock[from..end].partition_point(|&ts| ts < at)
    }

    /// The tick of a symbol's own bar `row`, which is not before tick `from`; the number of ticks where the
    /// symbol has no such row. Fast where no other symbol's bars are in between.
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

    /// Close time of a tick's bar, at which it becomes known.
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
    /// Number of bars that were filled in for gaps; these are not tradable.
    pub filled: usize,
    /// For each tick of the clock, the last row known at its close.
    pub rows: Vec<TickRow>,
    /// Coarser bars with their visibility, by interval.
    pub frames: BTreeMap<Interval, Frame>,
    /// Findings of the data check in the bars as read, history included; the most severe first.
    pub findings: Vec<Finding>,
    /// Finer bars for `intrabar = "detail"`, where the data has them.
    pub detail: Option<Bars>,
    /// Zone maps of its lows and highs, built on first use.
    pub high_low: HighLowIndex,
    /// Funding rates and mark prices of an instrument on margin.
    pub margin: Option<Box<MarginSeries>>,
    /// Corporate actions in the range, where a file beside the bars has them.
    pub actions: Option<Box<ActionSeries>>,
}

impl SymbolSeries {
    /// Whether holding it brings dividends in the range.
    pub fn pays_dividends(&self) -> bool {
        self.actions.as_ref().is_some_and(|actions| !actions.dividends.is_empty())
    }

    /// Whether it has its own tradable bar at every tick; then its rows equal the ticks, and `rows` need not
    /// be read.
    pub fn is_whole(&self) -> bool {
        self.filled == 0 && self.bars.len() == self.rows.len()
    }

    /// Its row at a tick, as in `rows`.
    pub fn row_at(&self, tick: usize) -> TickRow {
        if self.is_whole() { TickRow::new(tick, true) } else { self.rows[tick] }
    }

    /// The first row whose bar opens at or after a tick, or the number of rows.
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
    /// Aligned to UTC; if the end of the data cuts the last bar, it never closes.
    pub bars: Bars,
    /// For each base row, the number of coarse bars closed by the close of that base bar: a coarse bar `[T, T
    /// + I)` counts from the first base bar that closes at or after `T + I`.
    pub closed: Vec<u32>,
}

/// The last row of a symbol at a tick, and whether it is this tick's own bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickRow(u32);

impl TickRow {
    /// Before the symbol's first bar.
    pub const NONE: Self = Self(0);

    /// Row `row`; `fresh` if its bar opens at this tick, otherwise carried forward.
    #[expect(clippy::cast_possible_truncation, reason = "the loader refuses more than 2^30 rows")]
    pub const fn new(row: Row, fresh: bool) -> Self {
        Self((row as u32 + 1) << 1 | fresh as u32)
    }

    /// The last row whose bar opened at or before this tick.
    pub const fn row(self) -> Option<Row> {
        if self.0 == 0 { None } else { Some((self.0 >> 1) as usize - 1) }
    }

    /// The row if it can be traded now: the symbol's bar opens at this tick and was not filled in.
    pub const fn fresh(self) -> Option<Row> {
        if self.0 & 1 == 1 { self.row() } else { None }
    }
}

/// Ticks `first .. last` of the market's clock, `last` exclusive; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TickRange {
    /// Index of the first tick.
    pub first: usize,
    /// One past the last tick.
    pub last: usize,
}
