//! The number of bars in a trading day.

use std::ops::Range;

use crate::domain::{Interval, Span, SymbolId, Timestamp};
use crate::market::{Bars, Market, Row};
use crate::scenario::Calendar;

/// The number of bars that stand for "the last 24 hours" of trading. In a market that trades round the clock,
/// those that cover 24 h; elsewhere the usual number of bars of a session. Weekends, nights and missing bars
/// in between do not shorten it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradingDay {
    /// Number of bars.
    bars: usize,
    /// Trading days covered by `bars`: one, or more for bars longer than a day.
    days: f64,
}

impl TradingDay {
    /// By the calendar that the scenario states, else measured from a symbol's bars in the scenario's range. History
    /// loaded before the range has no influence.
    pub fn of(market: &Market, symbol: SymbolId) -> Self {
        if matches!(market.stated, Some(Calendar::RoundTheClock | Calendar::Weekdays)) {
            return Self::round_the_clock(market.interval);
        }
        let (series, ticks) = (market.series(symbol), market.in_range);
        Self::shown_by(&series.bars, series.row_from(ticks.first)..series.row_from(ticks.last))
    }

    /// Measured from the given rows.
    pub(super) fn shown_by(bars: &Bars, rows: Range<Row>) -> Self {
        let whole = Self::round_the_clock(bars.interval);
        match session_bars(&bars.ts[rows], bars.interval) {
            Some(usual) => Self { bars: usual.clamp(1, whole.bars), days: 1.0 },
            None => whole,
        }
    }

    /// Of a market that trades round the clock.
    pub fn round_the_clock(interval: Interval) -> Self {
        let bars = usize::try_from((Span::DAY.micros() - 1) / interval.micros() + 1).unwrap_or(1).max(1);
        Self { bars, days: bars as f64 * interval.span().seconds() / Span::DAY.seconds() }
    }

    /// The rows of one trading day before `row`; fewer at the start of the data.
    pub fn before(self, row: Row) -> Range<Row> {
        row.saturating_sub(self.bars)..row
    }

    /// The rows of `days` trading days before `row`.
    pub fn times_before(self, days: usize, row: Row) -> Range<Row> {
        row.saturating_sub(self.bars_of(days))..row
    }

    /// Number of bars in `days` trading days.
    pub fn bars_of(self, days: usize) -> usize {
        (days as f64 / self.days * self.bars as f64).ceil() as usize
    }

    /// Number of days that the bars of [`Self::before`] cover.
    pub const fn days(self) -> f64 {
        self.days
    }

    /// Number of days that `bars` bars cover.
    pub fn covered(self, bars: usize) -> f64 {
        bars as f64 / self.bars as f64 * self.days
    }
}

/// The usual number of bars of a session, for markets with sessions: the median over the UTC days with bars,
/// excluding the first and last day where there are others. `None` for a market that trades round the clock:
/// bars of a day or more, bars without a gap, or bars at every hour of the day.
fn session_bars(opens: &[Timestamp], interval: Interval) -> Option<usize> {
    let step = interval.micros();
    let (first, last) = (opens.first()?, opens.last()?);
    let whole = (last.micros() - first.micros()) / step + 1 == opens.len() as i64;
    if step >= Span::DAY.micros() || whole {
        return None;
    }
    let mut days: Vec<usize> = opens.chunk_by(|a, b| a.utc_day() == b.utc_day()).map(<[_]>::len).collect();
    if trades_in_every_hour(opens, step, days.len()) {
        return None;
    }
    if days.len() > 2 {
        days.pop();
        days.remove(0);
    }
    days.sort_unstable();
    days.get(days.len() / 2).copied()
}

/// Whether bars of `step` microseconds cover every hour of the day on at least a quarter of the days.
fn trades_in_every_hour(opens: &[Timestamp], step: i64, days: usize) -> bool {
    const HOURS: usize = 24;
    let (mut seen, mut latest) = ([0_usize; HOURS], [i64::MIN; HOURS]);
    let hour = Span::DAY.micros() / HOURS as i64;
    for at in opens {
        // A bar longer than an hour covers several hours.
        let (from, to) = (at.micros().div_euclid(hour), (at.micros() + step - 1).div_euclid(hour));
        for covered in from..=to {
            let index = covered.rem_euclid(HOURS as i64) as usize;
            if latest[index] != covered {
                (seen[index], latest[index]) = (seen[index] + 1, covered);
            }
        }
    }
    seen.iter().all(|&seen| seen * 4 >= days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(interval: &str, indexes: impl Iterator<Item = i64>) -> Bars {
        let interval: Interval = interval.parse().unwrap();
        let mut bars = Bars::with_capacity(interval, 0);
        for index in indexes {
            bars.push(Timestamp::from_micros(0) + interval.span().times(index), [1.0; 5]);
        }
        bars
    }

    fn of(interval: &str, indexes: impl Iterator<Item = i64>) -> (usize, f64) {
        let bars = bars(interval, indexes);
        let day = TradingDay::shown_by(&bars, 0..bars.len());
        (day.bars, day.days)
    }

    #[test]
    fn round_the_clock_is_24_hours() {
        assert_eq!(of("1h", 0..5), (24, 1.0));
        assert_eq!(of("1h", (0..500).filter(|h| h % 37 != 0)), (24, 1.0));
        assert_eq!(of("15m", 0..500), (96, 1.0));
        assert_eq!(of("4h", (0..60).filter(|h| h % 7 != 0)), (6, 1.0));
        assert_eq!(of("1d", (0..60).filter(|d| d % 7 < 5)), (1, 1.0));
        assert_eq!(of("1w", 0..9), (1, 7.0));
        // Currencies: closed at weekends only.
        assert_eq!(of("1h", (0..2000).filter(|h| h % 168 < 120)), (24, 1.0));
    }

    #[test]
    fn sessions_are_as_long_as_most_of_them() {
        let office = |h: &i64| (h / 24) % 7 < 5 && (13..20).contains(&(h % 24));
        assert_eq!(of("1h", (0..2000).filter(office)), (7, 1.0));
        // A half day, an odd Saturday bar and an incomplete first day change nothing.
        let odd = (15..2000).filter(|h| (office(h) && *h != 139 && *h != 138) || *h == 134);
        assert_eq!(of("1h", odd), (7, 1.0));
        // 23 hours a day.
        assert_eq!(of("1h", (0..2000).filter(|h| (h / 24) % 7 < 5 && h % 24 != 21)), (23, 1.0));
    }
}
