//! Which base bars complete a bar of a timeframe.

use std::sync::Arc;

use crate::market::{BLOCK, Row};

/// When one symbol's bars of a timeframe close, asked by base row of the symbol that is traded.
#[derive(Debug, Clone)]
pub struct TimeframeClock<'m>(Closed<'m>);

/// For each base row, how many bars of the timeframe are closed.
#[derive(Debug, Clone)]
enum Closed<'m> {
    /// Every base bar is one.
    EveryBar,
    /// Of the symbol itself.
    Own(&'m [u32]),
    /// Of another symbol.
    Other(Arc<[u32]>),
}

impl<'m> TimeframeClock<'m> {
    /// Of the market's own interval.
    pub(super) const EVERY_BAR: Self = Self(Closed::EveryBar);

    /// Of a coarser frame.
    pub(super) const fn of(closed: &'m [u32]) -> Self {
        Self(Closed::Own(closed))
    }

    /// Of another symbol's bars.
    pub(super) const fn of_other(closed: Arc<[u32]>) -> Self {
        Self(Closed::Other(closed))
    }

    /// `None` where every base bar is one.
    fn closed(&self) -> Option<&[u32]> {
        match &self.0 {
            Closed::EveryBar => None,
            Closed::Own(closed) => Some(closed),
            Closed::Other(closed) => Some(closed),
        }
    }

    /// Whether every base bar is a bar of the timeframe.
    pub const fn is_every_bar(&self) -> bool {
        matches!(self.0, Closed::EveryBar)
    }

    /// The first base row from `row` on with which a bar closes; `None` where none does.
    pub fn next_close(&self, row: Row) -> Option<Row> {
        let Some(closed) = self.closed() else { return Some(row) };
        let before = row.checked_sub(1).map_or(0, |before| closed[before]);
        // The next close is rarely more than a bar away: jumps that double find it in a few steps.
        let (mut from, mut step) = (row, 1);
        while closed.get(from + step - 1)? == &before {
            from += step;
            step = (step * 2).min(closed.len().saturating_sub(from)).max(1);
        }
        Some(from + closed[from..from + step].partition_point(|&so_far| so_far == before))
    }

    /// Where in a block of base rows bars close.
    pub fn closes(&self, block: usize) -> u64 {
        match self.closed() {
            None => u64::MAX,
            Some(closed) => {
                let row = block * BLOCK;
                let end = closed.len().min(row + BLOCK);
                let here = closed.get(row..end).unwrap_or_default();
                let mut before =
                    row.checked_sub(1).and_then(|before| closed.get(before)).copied().unwrap_or(0);
                here.iter().enumerate().fold(0, |word, (bit, &so_far)| {
                    let closes = so_far > before;
                    before = so_far;
                    word | u64::from(closes) << bit
                })
            }
        }
    }

    /// Whether a bar has closed just now, with base row `row`.
    pub fn just_closed(&self, row: Row) -> bool {
        match self.closed() {
            None => true,
            Some(closed) => {
                let before = row.checked_sub(1).map_or(0, |before| closed[before]);
                closed[row] > before
            }
        }
    }

    /// The base row with which that bar closed that lies `bars` bars before the newest one closed at
    /// `row`; `None` where there is none so early.
    pub fn row_of(&self, row: Row, bars: u32) -> Option<Row> {
        match self.closed() {
            None => row.checked_sub(bars as usize),
            Some(closed) => {
                let count = closed[row].checked_sub(bars).filter(|count| *count > 0)?;
                Some(closed[..row].partition_point(|&so_far| so_far < count))
            }
        }
    }

    /// The timeframe's last closed row at the close of base row `row`.
    pub(super) fn newest(&self, row: Row) -> Option<Row> {
        match self.closed() {
            None => Some(row),
            Some(closed) => (closed[row] as usize).checked_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::word;
    use super::*;

    #[test]
    fn every_base_bar_closes_itself() {
        assert!(TimeframeClock::EVERY_BAR.just_closed(0));
        assert_eq!(TimeframeClock::EVERY_BAR.newest(7), Some(7));
    }

    #[test]
    fn a_coarse_bar_closes_once() {
        // Two base bars to one coarse bar; a gap closes two at once with row 4.
        let closed = [0, 1, 1, 2, 4];
        let clock = TimeframeClock::of(&closed);
        let closes: Vec<bool> = (0..5).map(|row| clock.just_closed(row)).collect();
        assert_eq!(closes, [false, true, false, true, true]);
        assert_eq!(clock.newest(0), None);
        assert_eq!(clock.newest(2), Some(0));
        assert_eq!(clock.newest(4), Some(3));
    }

    #[test]
    fn a_closed_bar_is_found_by_the_row_it_closed_with() {
        assert_eq!(TimeframeClock::EVERY_BAR.row_of(7, 2), Some(5));
        assert_eq!(TimeframeClock::EVERY_BAR.row_of(1, 2), None);
        let closed = [0, 1, 1, 2, 4, 4];
        let clock = TimeframeClock::of(&closed);
        let rows: Vec<Option<Row>> = (0..5).map(|bars| clock.row_of(5, bars)).collect();
        // The two newest closed together with row 4.
        assert_eq!(rows, [Some(4), Some(4), Some(3), Some(1), None]);
        assert_eq!(clock.row_of(2, 0), Some(1));
        assert_eq!(clock.row_of(0, 0), None);
    }

    #[test]
    fn the_next_close_is_found_from_any_row() {
        let mut closed: Vec<u32> = (0..300).map(|row| row / 60 + u32::from(row > 200)).collect();
        closed[0] = 0;
        let clock = TimeframeClock::of(&closed);
        for row in 0..300 {
            let slow = (row..300).find(|&row| clock.just_closed(row));
            assert_eq!(clock.next_close(row), slow, "from {row}");
            assert_eq!(TimeframeClock::EVERY_BAR.next_close(row), Some(row));
        }
        for block in 0..6 {
            let slow = word(|bit| {
                let row = block * BLOCK + bit;
                row < 300 && clock.just_closed(row)
            });
            assert_eq!(clock.closes(block), slow);
        }
    }

    #[test]
    fn the_first_base_bar_may_close_one() {
        assert!(TimeframeClock::of(&[1]).just_closed(0));
    }
}
