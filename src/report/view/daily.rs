//! An agent's returns by day, taken while its curve is read: for histograms, correlations and rolling numbers.
//!
//! A day's return is from the last close of the day before to its own; that of a window's first day from its starting
//! balance. Bars longer than a day have one return each. Days are trading days, by the opens
//! of the bars.

use crate::domain::{DayStart, Timestamp};
use crate::store::CurveRow;

/// Returns by day, in order of time; windows one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::report) struct Daily {
    /// Days since 1970, one for each return.
    pub days: Vec<i64>,
    /// Fractions.
    pub returns: Vec<f64>,
    /// Value of long positions over the equity at each day's last close.
    pub long: Vec<f64>,
    /// The same of short positions, positive.
    pub short: Vec<f64>,
}

/// Takes the rows of a curve.
#[derive(Debug, Default)]
pub(super) struct DailyReader {
    done: Daily,
    /// The last row, and its day.
    last: Option<(i64, CurveRow)>,
    /// Equity that the day's return is of.
    base: f64,
    /// Where trading days begin.
    start: DayStart,
    /// When the day of the last row ends.
    ends: i64,
}

impl DailyReader {
    /// With trading days that begin there.
    pub fn of(start: DayStart) -> Self {
        Self { start, ..Self::default() }
    }

    /// A window begins with this equity.
    pub fn start_window(&mut self, equity: f64) {
        self.end_day();
        self.last = None;
        self.base = equity;
    }

    /// The next row.
    pub fn take(&mut self, row: &CurveRow) {
        let at = Timestamp::from_micros(row.at);
        let day = match self.last {
            Some((last, _)) if row.at < self.ends => last,
            _ => {
                self.end_day();
                self.ends = self.start.end_after(at).micros();
                self.start.day_of(at)
            }
        };
        self.last = Some((day, *row));
    }

    /// All returns.
    pub fn finish(mut self) -> Daily {
        self.end_day();
        self.done
    }

    fn end_day(&mut self) {
        let Some((day, row)) = self.last.take() else { return };
        let equity = row.equity;
        self.done.days.push(day);
        // Nothing is left that a return could be of.
        self.done.returns.push(if self.base > 0.0 { equity / self.base - 1.0 } else { 0.0 });
        let share = |value: f64| if equity > 0.0 { value / equity } else { 0.0 };
        self.done.long.push(share(row.long));
        self.done.short.push(share(row.short));
        self.base = equity;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_with_its_last_close_and_a_window_begins_anew() {
        let hour = 3_600_000_000;
        let row = |window, at, equity| CurveRow {
            window,
            at,
            equity,
            drawdown: 0.0,
            cash: equity / 2.0,
            long: equity / 2.0,
            short: equity / 4.0,
        };
        let mut reader = DailyReader::default();
        reader.start_window(100.0);
        for (at, equity) in [(0, 101.0), (23 * hour, 110.0), (24 * hour, 99.0)] {
            reader.take(&row(0, at, equity));
        }
        reader.start_window(100.0);
        reader.take(&row(1, 48 * hour, 150.0));
        let found = reader.finish();
        assert_eq!(found.days, [0, 1, 2]);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(found.returns[0], 0.1) && near(found.returns[1], -0.1) && near(found.returns[2], 0.5));
        assert_eq!((found.long, found.short), (vec![0.5; 3], vec![0.25; 3]));
    }
}
