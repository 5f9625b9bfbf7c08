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
    fn the_first_base_bar_may_close_one() {
        assert!(Beat::of(&[1]).just_closed(0));
    }
}
