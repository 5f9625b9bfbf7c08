//! One timeframe of one symbol: which of its bars have closed at which base row.

use crate::domain::{Interval, SymbolId};
use crate::market::{Market, Row};

/// When the bars of a timeframe close.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closes<'m> {
    /// Bars closed by each base row; `None` for the base interval, whose rows are its bars.
    closed: Option<&'m [u32]>,
}

impl<'m> Closes<'m> {
    /// Of `symbol`'s bars of `timeframe`.
    pub fn new(market: &'m Market, symbol: SymbolId, timeframe: Interval) -> Self {
        let frame = market.series(symbol).frames.get(&timeframe);
        let coarse = frame.filter(|_| timeframe != market.interval);
        Self { closed: coarse.map(|frame| frame.closed.as_slice()) }
    }

    /// Whether a bar has closed just now, with base row `row`.
    pub fn just_closed(&self, row: Row) -> bool {
        match self.closed {
            None => true,
            Some(closed) => closed[row] > row.checked_sub(1).map_or(0, |before| closed[before]),
        }
    }

    /// The base row with which that bar closed that lies `bars` bars before the newest one closed at
    /// `row`; `None` where there is none so early.
    pub fn row_of(&self, row: Row, bars: u32) -> Option<Row> {
        match self.closed {
            None => row.checked_sub(bars as usize),
            Some(closed) => {
                let count = closed[row].checked_sub(bars).filter(|count| *count > 0)?;
                Some(closed[..row].partition_point(|&so_far| so_far < count))
            }
        }
    }
}
