//! What all trials on several symbols share: the columns of each, and which of them can be replayed here.

use std::borrow::Cow;

use crate::domain::{Bps, DayStart, SymbolId, Timestamp};
use crate::engine::Job;
use crate::engine::batch::Ineligible;
use crate::engine::batch::shared_columns::{Columns, SharedColumns, day_ends};
use crate::engine::batch::units::FeeSchedule;
use crate::market::{Row, SymbolSeries, TickRange};

/// The window's bars of every symbol, one a tick, counted from the window's first. Where a symbol has none of its own its last
/// price stands.
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
    pub rows: BarRows,
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

    /// The bars of the window after which a new trading day begins.
    pub fn day_ends(&self, day: DayStart) -> Vec<usize> {
        day_ends(self.clock, day)
    }
}

impl<'m> SymbolColumns<'m> {
    fn new(series: &'m SymbolSeries, job: &Job<'m>, slippage: Bps) -> Result<Self, Ineligible> {
        let (ticks, bars) = (job.window.ticks, &series.bars);
        let rows = BarRows::of(series, ticks).ok_or(Ineligible::Symbols)?;
        let clock = &job.market.clock[ticks.first..ticks.last];
        let (open, close) = match &rows {
            BarRows::Even(first) => {
                let range = *first..first + clock.len();
                (Cow::from(&bars.open[range.clone()]), Cow::from(&bars.close[range]))
            }
            BarRows::Sparse { first, before, .. } => {
                // The last price is carried; before the first bar nothing can be held at the price that stands there.
                let carried = |column: &[f64]| -> Vec<f64> {
                    before[1..].iter().map(|&rows| column[first + rows.saturating_sub(1) as usize]).collect()
                };
                (Cow::from(carried(&bars.open)), Cow::from(carried(&bars.close)))
            }
        };
        let fees = |highest| FeeSchedule::new(job.venue.taker_fee, &series.instrument, highest);
        let columns = Columns { clock, open, close };
        let (prices, fees) =
            SharedColumns::new(columns, (0, 0, clock.len()), slippage, fees).ok_or(Ineligible::TooLarge)?;
        Ok(Self { prices, fees, rows })
    }
}

/// Which rows a symbol's bars of the window are.
#[derive(Debug)]
pub(in crate::engine::batch) enum BarRows {
    /// A bar at every tick, from this row on.
    Even(Row),
    /// Ticks without one.
    Sparse {
        /// The first row of the window.
        first: Row,
        /// By bar, and for the window's end: how many rows come before.
        before: Vec<u32>,
        /// By row, from the first on.
        bars: Vec<u32>,
    },
}

impl BarRows {
    /// `None` where bars were made to fill holes, or the symbol has none at the window's last tick.
    #[expect(clippy::cast_possible_truncation, reason = "the loader refuses more than 2^30 rows")]
    fn of(series: &SymbolSeries, ticks: TickRange) -> Option<Self> {
        let last = series.row_at(ticks.last - 1).fresh().filter(|_| series.filled == 0)?;
        // From tick to tick a row rises by one, or is carried.
        if let Some(first) = series.row_at(ticks.first).fresh()
            && last + 1 - first == ticks.last - ticks.first
        {
            return Some(Self::Even(first));
        }
        let (mut before, mut bars) = (Vec::with_capacity(ticks.last - ticks.first + 1), Vec::new());
        for (bar, tick) in (ticks.first..ticks.last).enumerate() {
            before.push(bars.len() as u32);
            if series.row_at(tick).fresh().is_some() {
                bars.push(bar as u32);
            }
        }
        before.push(bars.len() as u32);
        Some(Self::Sparse { first: last + 1 - bars.len(), before, bars })
    }

    /// The first row at or after a bar; for the window's end the row after its last.
    #[inline]
    pub fn row_from(&self, bar: usize) -> Row {
        match self {
            Self::Even(first) => first + bar,
            Self::Sparse { first, before, .. } => first + before[bar] as usize,
        }
    }

    /// The bar of a row of the window.
    #[inline]
    pub fn bar_of(&self, row: Row) -> usize {
        match self {
            Self::Even(first) => row - first,
            Self::Sparse { first, bars, .. } => bars[row - first] as usize,
        }
    }

    /// Whether the symbol has a bar of its own there.
    #[inline]
    pub fn has(&self, bar: usize) -> bool {
        match self {
            Self::Even(_) => true,
            Self::Sparse { before, .. } => before[bar + 1] > before[bar],
        }
    }
}
