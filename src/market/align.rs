//! Aligns several symbols to one clock.
//!
//! Owns time order: the clock, each symbol's row at each tick, and when a coarse bar counts as closed. Never
//! reads a file. Invariant: ticks are at least one interval apart, so that no bar opens before the decision
//! time of an earlier one.

use rayon::prelude::*;

use super::bars::{Bars, Row};
use super::calendar::{TradingYear, first_calendar_row};
use super::digest;
use super::error::MarketError;
use super::reference_series::ReferenceSeries;
use super::series_bars::SeriesBars;
use super::view::{Frame, Market, SymbolSeries, TickRange, TickRow};
use crate::domain::{DayStart, Interval, Timestamp};
use crate::scenario::Calendar;

impl Market {
    /// Aligns symbols to one clock. `start` and `end` (exclusive) limit the ticks in range; the first and the
    /// last bar where `None`.
    ///
    /// # Errors
    /// [`MarketError::OverlappingBars`] where two bars open at different times less than an interval apart,
    /// [`MarketError::SymbolOutside`] for symbols without a bar in range, [`MarketError::EmptyRange`].
    pub fn assemble(
        interval: Interval,
        series: Vec<SeriesBars>,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> Result<Self, MarketError> {
        let clock = series.iter().fold(Vec::new(), |clock, one| union(clock, &one.bars.ts));
        let in_range = range(&clock, interval, &series, start, end)?;
        check_spacing(&clock, interval, &series)?;
        let digest = digest::of(interval, &series);
        let symbols = series.into_par_iter().map(|one| on_clock(one, &clock, interval)).collect();
        let trading_year = TradingYear::detect(
            &clock[first_calendar_row(&clock, start)..in_range.last],
            &clock[in_range.first..in_range.last],
            interval,
        );
        Ok(Self {
            interval,
            clock,
            symbols,
            in_range,
            digest,
            trading_year,
            stated: None,
            day: DayStart::UTC,
            benchmark: None,
        })
    }

    /// Replaces the detected calendar by the one that the scenario states, if any.
    #[must_use]
    pub(super) fn on_calendar(self, stated: Option<Calendar>) -> Self {
        Self { trading_year: stated.map_or(self.trading_year, TradingYear::of), stated, ..self }
    }

    /// With trading days that begin elsewhere than at midnight UTC; the days of its year are counted anew.
    #[must_use]
    pub(super) fn on_days(self, day: DayStart) -> Self {
        let ticks = self.in_range.first..self.in_range.last;
        let trading_year = self.trading_year.counted(&self.clock[ticks], day);
        Self { day, trading_year, ..self }
    }

    /// Adds a symbol that is compared with and not traded; it is part of the digest.
    #[must_use]
    pub(super) fn compared_with(self, benchmark: Option<ReferenceSeries>) -> Self {
        let Some(benchmark) = benchmark else { return self };
        let digest = digest::with_benchmark(&self.digest, &benchmark);
        Self { digest, benchmark: Some(Box::new(benchmark)), ..self }
    }
}

/// The sorted union of two sorted columns.
fn union(a: Vec<Timestamp>, b: &[Timestamp]) -> Vec<Timestamp> {
    if a.is_empty() {
        return b.to_vec();
    }
    if a == b {
        return a;
    }
    let mut merged = Vec::with_capacity(a.len().max(b.len()));
    let (mut left, mut right) = (0, 0);
    while left < a.len() && right < b.len() {
        let next = a[left].min(b[right]);
        merged.push(next);
        left += usize::from(a[left] == next);
        right += usize::from(b[right] == next);
    }
    merged.extend_from_slice(&a[left..]);
    merged.extend_from_slice(&b[right..]);
    merged
}

fn range(
    clock: &[Timestamp],
    interval: Interval,
    series: &[SeriesBars],
    start: Option<Timestamp>,
    end: Option<Timestamp>,
) -> Result<TickRange, MarketError> {
    let bounds = |column: &[Timestamp]| TickRange {
        first: start.map_or(0, |start| column.partition_point(|&at| at < start)),
        last: end.map_or(column.len(), |end| column.partition_point(|&at| at < end)),
    };
    let outside = series.iter().filter(|one| {
        let rows = bounds(&one.bars.ts);
        rows.first >= rows.last
    });
    let problems: Vec<MarketError> = outside
        .map(|one| MarketError::SymbolOutside {
            symbol: one.instrument.source.clone(),
            start,
            end,
            first: one.bars.ts.first().copied().unwrap_or_default(),
            last: one.bars.ts.last().copied().unwrap_or_default() + interval.span(),
        })
        .collect();
    if !problems.is_empty() {
        return Err(MarketError::all(problems));
    }
    let ticks = bounds(clock);
    if ticks.first < ticks.last {
        return Ok(ticks);
    }
    Err(MarketError::EmptyRange { start: start.unwrap_or_default(), end: end.unwrap_or_default() })
}

fn check_spacing(clock: &[Timestamp], interval: Interval, series: &[SeriesBars]) -> Result<(), MarketError> {
    let close = clock.windows(2).find(|pair| pair[1] - pair[0] < interval.span());
    let Some(&[first_at, second_at]) = close else { return Ok(()) };
    let holder = |at: Timestamp| {
        let holds = |one: &&SeriesBars| one.bars.ts.binary_search(&at).is_ok();
        series.iter().find(holds).map(|one| one.instrument.symbol.clone())
    };
    match (holder(first_at), holder(second_at)) {
        (Some(first), Some(second)) => {
            Err(MarketError::OverlappingBars { interval, first, first_at, second, second_at })
        }
        _ => Ok(()),
    }
}

fn on_clock(one: SeriesBars, clock: &[Timestamp], interval: Interval) -> SymbolSeries {
    let rows = tick_rows(&one.bars.ts, &one.filled_rows, clock);
    let frames = one.frames.into_iter().map(|(coarse, bars)| {
        let closed = closed(&one.bars, &one.filled_rows, interval, &bars);
        (coarse, Frame { bars, closed })
    });
    let frames = frames.collect();
    let SeriesBars { instrument, bars, findings, detail, filled_rows, margin, actions, .. } = one;
    SymbolSeries {
        instrument,
        bars,
        filled: filled_rows.len(),
        rows,
        frames,
        findings,
        detail,
        high_low: Default::default(),
        margin,
        actions,
    }
}

/// For each tick, the last row known at its close. A filled row is known but not tradable.
fn tick_rows(ts: &[Timestamp], filled_rows: &[Row], clock: &[Timestamp]) -> Vec<TickRow> {
    let mut next = 0;
    let mut filled_rows = filled_rows.iter().peekable();
    let row = |&at: &Timestamp| {
        let here = ts.get(next) == Some(&at);
        let fresh = here && filled_rows.next_if_eq(&&next).is_none();
        next += usize::from(here);
        if next == 0 { TickRow::NONE } else { TickRow::new(next - 1, fresh) }
    };
    clock.iter().map(row).collect()
}

/// For each base row, the number of coarse bars that have closed by the close of that base bar. A filled row
/// closes none: no agent decides on it, so what closes there counts from the next bar.
#[expect(clippy::cast_possible_truncation, reason = "the loader refuses more than 2^30 rows")]
fn closed(base: &Bars, filled_rows: &[Row], interval: Interval, coarse: &Bars) -> Vec<u32> {
    let mut count = 0;
    let mut filled_rows = filled_rows.iter().peekable();
    let at_close = |(row, &open): (usize, &Timestamp)| {
        let close = open + interval.span();
        if filled_rows.next_if_eq(&&row).is_some() {
            return count as u32;
        }
        while coarse.ts.get(count).is_some_and(|&opened| opened + coarse.interval.span() <= close) {
            count += 1;
        }
        count as u32
    };
    base.ts.iter().enumerate().map(at_close).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Instrument, Symbol};

    fn series(name: &str, interval: &str, opens: &[&str]) -> SeriesBars {
        let mut bars = Bars::with_capacity(interval.parse().unwrap(), opens.len());
        for (index, at) in opens.iter().enumerate() {
            let price = 1.0 + index as f64;
            bars.push(at.parse().unwrap(), [price, price, price, price, 1.0]);
        }
        SeriesBars::plain(Instrument::with_defaults(Symbol::new(name).unwrap()), bars)
    }

    fn hour() -> Interval {
        "1h".parse().unwrap()
    }

    #[test]
    fn the_clock_is_the_union_and_rows_are_carried() {
        // A has a gap at 11:00; B starts at 11:00.
        let a = series("A", "1h", &["2024-01-01T10:00", "2024-01-01T12:00"]);
        let b = series("B", "1h", &["2024-01-01T11:00", "2024-01-01T12:00", "2024-01-01T13:00"]);
        let market = Market::assemble(hour(), vec![a, b], None, None).unwrap();
        assert_eq!(market.clock.len(), 4);
        let rows: Vec<Vec<(Option<usize>, Option<usize>)>> = market
            .symbols
            .iter()
            .map(|series| series.rows.iter().map(|row| (row.row(), row.fresh())).collect())
            .collect();
        let (fresh, carried) = (|row| (Some(row), Some(row)), |row| (Some(row), None));
        assert_eq!(rows[0], [fresh(0), carried(0), fresh(1), carried(1)]);
        assert_eq!(rows[1], [(None, None), fresh(0), fresh(1), fresh(2)]);
        assert_eq!(market.in_range, TickRange { first: 0, last: 4 });
    }

    #[test]
    fn a_coarse_bar_counts_from_the_first_base_bar_that_closes_with_it() {
        // 30m bars; the bar of 10:30 is missing, so the hour of 10:00 counts with the bar of 11:00.
        let mut one = series(
            "A",
            "30m",
            &[
                "2024-01-01T09:00",
                "2024-01-01T09:30",
                "2024-01-01T10:00",
                "2024-01-01T11:00",
                "2024-01-01T11:30",
                "2024-01-01T12:00",
            ],
        );
        one.frames.insert(hour(), super::super::resample::resample(&one.bars, hour()).unwrap());
        let market = Market::assemble("30m".parse().unwrap(), vec![one], None, None).unwrap();
        let frame = &market.symbols[0].frames[&hour()];
        assert_eq!(frame.bars.len(), 4, "09, 10, 11 and the one of 12:00 that is never closed");
        assert_eq!(frame.closed, [0, 1, 1, 2, 3, 3]);
    }

    #[test]
    fn bars_that_overlap_are_refused() {
        let one = series("A", "1h", &["2024-01-01T10:00", "2024-01-01T10:30"]);
        let error = Market::assemble(hour(), vec![one], None, None).unwrap_err();
        assert!(matches!(&error, MarketError::OverlappingBars { .. }), "{error}");
        // On different grids, a decision on B's 10:30 bar could fill in A's 11:00 bar before B's bar has
        // closed.
        let a = series("A", "1h", &["2024-01-01T10:00", "2024-01-01T11:00"]);
        let b = series("B", "1h", &["2024-01-01T10:30"]);
        let error = Market::assemble(hour(), vec![a, b], None, None).unwrap_err();
        let MarketError::OverlappingBars { first, second, .. } = &error else { panic!("{error}") };
        assert_eq!((first.as_str(), second.as_str()), ("A", "B"));
    }

    #[test]
    fn symbols_without_a_bar_in_range_are_all_named() {
        let opens = &["2024-01-01", "2024-01-02"];
        let make =
            || vec![series("A", "1d", opens), series("B", "1d", &["2024-01-05"]), series("C", "1d", opens)];
        let start = Some("2024-01-04".parse().unwrap());
        let error = Market::assemble(Interval::DAY, make(), start, None).unwrap_err();
        assert_eq!(error.problems().len(), 2);
        assert_eq!(
            error.problems()[1].to_string(),
            "`C` has no bar in the window 2024-01-04T00:00:00Z to (open); its data covers \
             2024-01-01T00:00:00Z to 2024-01-03T00:00:00Z"
        );
        let market =
            Market::assemble(Interval::DAY, make(), None, Some("2024-01-06".parse().unwrap())).unwrap();
        assert_eq!(market.in_range, TickRange { first: 0, last: 3 });
    }

    #[test]
    fn a_stated_calendar_overrides_detection() {
        let days: Vec<String> = (1..=28).map(|day| format!("2024-01-{day:02}")).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        let market = Market::assemble(Interval::DAY, vec![series("A", "1d", &days)], None, None).unwrap();
        assert_eq!(market.trading_year, TradingYear::of(Calendar::RoundTheClock));
        let stated = market.on_calendar(Some(Calendar::Sessions)).trading_year;
        assert_eq!((stated.calendar, stated.days), (Calendar::Sessions, 252.0));
    }

    #[test]
    fn the_digest_depends_on_content_only() {
        let digest = |series| Market::assemble(Interval::DAY, series, None, None).unwrap().digest;
        let one = || series("A", "1d", &["2024-01-01", "2024-01-02"]);
        let first = digest(vec![one()]);
        assert_eq!(first, digest(vec![one()]));
        assert_eq!(first.len(), 64);
        let mut other = one();
        other.bars.volume[1] = 1.000_000_000_000_000_2;
        assert_ne!(first, digest(vec![other]));
        assert_ne!(first, digest(vec![series("B", "1d", &["2024-01-01", "2024-01-02"])]));
        let mut framed = one();
        framed.frames.insert("1w".parse().unwrap(), framed.bars.clone());
        assert_ne!(first, digest(vec![framed]));
        // A fixed value: a run's identity must be the same on every machine.
        assert_eq!(first, "bfae515a360f69acce611daa1211415166635cb40bc6bd694ac658c8a5a4c8c9");
    }
}
