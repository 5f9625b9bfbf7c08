//! What all trials on several symbols share: the columns of each, and which of them can be replayed here.

use crate::domain::{Bps, SymbolId, Timestamp};
use crate::engine::Job;
use crate::engine::batch::Ineligible;
use crate::engine::batch::shared_columns::{Columns, SharedColumns};
use crate::engine::batch::units::FeeSchedule;
use crate::market::{Row, SymbolSeries, TickRange};

/// The window's bars of every symbol that has one at each of its ticks. Bars are counted from the window's first.
#[derive(Debug)]
pub(in crate::engine::batch) struct SeveralColumns<'m> {
    /// Open time of each bar.
    pub clock: &'m [Timestamp],
    symbols: Vec<Result<SymbolColumns<'m>, Ineligible>>,
}

/// One symbol's.
#[derive(Debug)]
pub(in crate::engine::batch) struct SymbolColumns<'m> {
    pub prices: SharedColumns<'m>,
    pub fees: FeeSchedule,
}

impl<'m> SeveralColumns<'m> {
    pub fn new(job: &Job<'m>, slippage: Bps) -> Self {
        let symbols = job.market.symbols.iter().map(|series| SymbolColumns::new(series, job, slippage));
        Self {
            clock: &job.market.clock[job.window.ticks.first..job.window.ticks.last],
            symbols: symbols.collect(),
        }
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.clock.len()
    }

    /// Number of symbols.
    pub fn count(&self) -> usize {
        self.symbols.len()
    }

    /// The columns of a symbol that has them.
    pub fn of(&self, symbol: SymbolId) -> Result<&SymbolColumns<'m>, Ineligible> {
        match self.symbols.get(symbol.index()) {
            Some(columns) => columns.as_ref().map_err(|&why| why),
            None => Err(Ineligible::Symbols),
        }
    }

    /// The bars of the window after which a new UTC day begins.
    pub fn day_ends(&self) -> Vec<usize> {
        let days = self.clock.windows(2).enumerate();
        days.filter(|(_, pair)| pair[0].utc_day() < pair[1].utc_day()).map(|(bar, _)| bar).collect()
    }
}

impl<'m> SymbolColumns<'m> {
    fn new(series: &'m SymbolSeries, job: &Job<'m>, slippage: Bps) -> Result<Self, Ineligible> {
        let (first, end) = rows(series, job.window.ticks).ok_or(Ineligible::Symbols)?;
        let bars = &series.bars;
        let columns = Columns { clock: &bars.ts, open: &bars.open, close: &bars.close };
        let fees = |highest| FeeSchedule::new(job.venue.taker_fee, &series.instrument, highest);
        let (prices, fees) =
            SharedColumns::new(columns, (first, first, end), slippage, fees).ok_or(Ineligible::TooLarge)?;
        Ok(Self { prices, fees })
    }
}

/// The rows of a symbol that has a bar at each of these ticks.
fn rows(series: &SymbolSeries, ticks: TickRange) -> Option<(Row, Row)> {
    let first = series.row_at(ticks.first).fresh()?;
    let last = series.row_at(ticks.last - 1).fresh()?;
    // From tick to tick a row rises by one, or is carried.
    let rises = last + 1 - first == ticks.last - ticks.first;
    let is_traded = |tick| series.row_at(tick).fresh().is_some();
    let is_whole = rises && (series.filled == 0 || (ticks.first..ticks.last).all(is_traded));
    is_whole.then_some((first, last + 1))
}
