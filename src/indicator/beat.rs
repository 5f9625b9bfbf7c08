//! Which base bars complete a bar of a timeframe.

use crate::market::Row;

/// When one symbol's bars of a timeframe close, asked by base row.
#[derive(Debug, Clone, Copy)]
pub struct Beat<'m> {
    /// For each base row, how many bars of the timeframe are closed; `None` where every base bar is one.
    closed: Option<&'m [u32]>,
}

impl<'m> Beat<'m> {
    /// Of the market's own interval.
    pub(super) const EVERY_BAR: Self = Self { closed: None };

    /// Of a coarser frame.
    pub(super) const fn of(closed: &'m [u32]) -> Self {
        Self { closed: Some(closed) }
    }

    /// Whether a bar has closed just now, with base row `row`.
    pub fn just_closed(&self, row: Row) -> bool {
        match self.closed {
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
        match self.closed {
            None => row.checked_sub(bars as usize),
            Some(closed) => {
                let count = closed[row].checked_sub(bars).filter(|count| *count > 0)?;
                Some(closed[..row].partition_point(|&so_far| so_far < count))
            }
        }
    }

    /// The timeframe's last closed row at the close of base row `row`.
    pub(super) fn newest(&self, row: Row) -> Option<Row> {
        match self.closed {
            None => Some(row),
            Some(closed) => (closed[row] as usize).checked_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_base_bar_closes_itself() {
        assert!(Beat::EVERY_BAR.just_closed(0));
        assert_eq!(Beat::EVERY_BAR.newest(7), Some(7));
    }

    #[test]
    fn a_coarse_bar_closes_once() {
        // Two base bars to one coarse bar; a gap closes two at once with row 4.
        let closed = [0, 1, 1, 2, 4];
        let beat = Beat::of(&closed);
        let closes: Vec<bool> = (0..5).map(|row| beat.just_closed(row)).collect();
        assert_eq!(closes, [false, true, false, true, true]);
        assert_eq!(beat.newest(0), None);
        assert_eq!(beat.newest(2), Some(0));
        assert_eq!(beat.newest(4), Some(3));
    }

    #[test]
    fn a_closed_bar_is_found_by_the_row_it_closed_with() {
        assert_eq!(Beat::EVERY_BAR.row_of(7, 2), Some(5));
        assert_eq!(Beat::EVERY_BAR.row_of(1, 2), None);
        let closed = [0, 1, 1, 2, 4, 4];
        let beat = Beat::of(&closed);
        let rows: Vec<Option<Row>> = (0..5).map(|bars| beat.row_of(5, bars)).collect();
        // The two newest closed together with row 4.
        assert_eq!(rows, [Some(4), Some(4), Some(3), Some(1), None]);
        assert_eq!(beat.row_of(2, 0), Some(1));
        assert_eq!(beat.row_of(0, 0), None);
    }

    #[test]
    fn the_first_base_bar_may_close_one() {
        assert!(Beat::of(&[1]).just_closed(0));
    }
}
