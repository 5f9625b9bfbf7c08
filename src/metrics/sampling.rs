//! Which points of the equity curve become returns, and how many of them make a year.
//!
//! The curve starts with the starting balance. Then, by the first rule that applies:
//! - windows under 30 days (last close minus first open; of a market with sessions the trading days from the
//!   first tick's to the last one's, for its first open is never at midnight): the equity at each tick;
//! - else the equity at the last tick of each trading day, by the tick's OPEN time. A day with ticks and without
//!   a change is kept (return 0). A day without ticks is no period: neither a weekend of a market with
//!   sessions nor a gap in the data of a round-the-clock market gets a return that could not have been earned.
//!
//! Periods a year, `A`: as the scenario says, else the days of the market's year (measured, see
//! [`TradingYear`](crate::market::TradingYear)), times the ticks a day where every tick is a point
//! (`day / interval` for round-the-clock markets, the window's mean for others); `365 days / interval` for bars over
//! a day.

use super::dated::{DatedExtremes, Drawdown};
use super::drawdown::walk;
use super::missing::Missing;
use super::series::{ReturnSeries, simple_returns};
use crate::domain::{Cash, DayStart, Span, Timestamp};
use crate::engine::{Replay, equity_at};
use crate::market::{Market, TickRange};

/// Windows shorter than this are sampled at every tick, and the growth of shorter records is not put to a year.
pub const LEAST_ANNUALISED: Span = Span::DAY.times(30);

/// A day that has this share of its ticks, but for so much, has all of them.
const NEAR: f64 = 0.015;

/// How the return series was sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Equity at UTC-day closes.
    Daily,
    /// Equity at the close of every tick: windows under 30 days.
    PerBar,
}

/// The sampled equity of one window.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Sampling of the equity curve.
    pub sampling: Sampling,
    /// Periods a year.
    pub periods_per_year: f64,
    /// Length of the window.
    pub length: Span,
    /// The starting balance, then one point a period.
    pub curve: Vec<f64>,
    /// When each point was: the window's start, then the close of its tick.
    pub times: Vec<Timestamp>,
}

/// At which ticks the equity of a window is sampled: the same for all that are replayed in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Ticks of the window.
    pub window: TickRange,
    /// Sampling of the equity curve.
    pub sampling: Sampling,
    /// Periods a year.
    pub periods_per_year: f64,
    /// Length of the window.
    length: Span,
    /// The ticks of the market's clock whose equity is a point of the curve, ascending; the starting balance
    /// comes before them.
    pub ticks: Vec<usize>,
    /// When each point is: the window's start, then the close of its tick.
    pub times: Vec<Timestamp>,
}

impl Sampled {
    /// The ticks of `window`. `stated` is the scenario's number of periods a year.
    pub fn of(market: &Market, window: TickRange, stated: Option<f64>) -> Self {
        let clock = &market.clock[window.first..window.last];
        let length = length_of(market, window);
        let sampling = if length < LEAST_ANNUALISED { Sampling::PerBar } else { Sampling::Daily };
        let ticks: Vec<usize> = match sampling {
            Sampling::PerBar => (window.first..window.last).collect(),
            Sampling::Daily => {
                day_ends(clock, market.interval.span(), market.day).map(|end| window.first + end).collect()
            }
        };
        let closes = ticks.iter().map(|&tick| market.close_time(tick));
        let times = std::iter::once(market.clock[window.first]).chain(closes).collect();
        let periods_per_year = stated.unwrap_or_else(|| periods_per_year(market, clock, sampling));
        Self { window, sampling, periods_per_year, length, ticks, times }
    }

    /// A curve with its points at these ticks, the starting balance first.
    pub fn sample(&self, curve: Vec<f64>) -> Sample {
        Sample {
            sampling: self.sampling,
            periods_per_year: self.periods_per_year,
            length: self.length,
            curve,
            times: self.times.clone(),
        }
    }
}

impl Sample {
    /// Of a replay in the market it was replayed on: its exact equity.
    pub fn of_replay(replay: &Replay, market: &Market, stated: Option<f64>) -> Self {
        let sampled = Sampled::of(market, replay.window.ticks, stated);
        let points = equity_at(replay, market, sampled.ticks.iter().copied());
        let curve = std::iter::once(replay.starting_balance).chain(points).map(Cash::to_f64).collect();
        sampled.sample(curve)
    }

    /// Samples `equity`, one value for each tick of `ticks`, with `start` before it. `stated` is the
    /// scenario's number of periods a year.
    pub fn of(start: f64, equity: &[f64], market: &Market, ticks: TickRange, stated: Option<f64>) -> Self {
        let last = ticks.last.min(ticks.first + equity.len());
        let sampled = Sampled::of(market, TickRange { last, ..ticks }, stated);
        let points = sampled.ticks.iter().map(|tick| equity[tick - ticks.first]);
        sampled.sample(std::iter::once(start).chain(points).collect())
    }

    /// The simple returns between the points.
    ///
    /// # Errors
    /// [`Missing::Ruined`], as [`simple_returns`].
    pub fn returns(&self) -> Result<Vec<f64>, Missing> {
        simple_returns(&self.curve)
    }

    /// The deepest fall and the extremes of the sampled curve from this point on.
    pub(super) fn walk(&self, from: usize) -> (Drawdown, DatedExtremes) {
        let from = from.min(self.curve.len() - 1);
        let (fall, extremes) = walk(self.curve[from], &self.curve[from + 1..]);
        let at = |index: Option<usize>| self.times[index.map_or(from, |index| from + 1 + index)];
        (Drawdown::dated(fall, at), DatedExtremes::dated(extremes, at))
    }

    /// As a series of returns; `finest_depth` is the deepest fall of the whole curve.
    pub fn series(&self, finest_depth: f64) -> ReturnSeries {
        let length = self
            .times
            .last()
            .zip(self.times.first())
            .map_or(0.0, |(end, start)| (*end - *start).seconds() / Span::DAY.seconds());
        let series = ReturnSeries::of_curve(self.curve.clone(), self.periods_per_year).lasting_days(length);
        ReturnSeries { finest_depth, ..series }
    }
}

/// From the first open to the last close; of a market with sessions at least the trading days from the first to the
/// last.
fn length_of(market: &Market, ticks: TickRange) -> Span {
    let (first, last) = (market.clock[ticks.first], market.clock[ticks.last - 1]);
    let whole_days = Span::DAY.times(market.day.day_of(last) - market.day.day_of(first) + 1);
    let length = market.close_time(ticks.last - 1) - first;
    if market.trading_year.never_closes() { length } else { length.max(whole_days) }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a day and counts of ticks")]
fn periods_per_year(market: &Market, clock: &[Timestamp], sampling: Sampling) -> f64 {
    let interval = market.interval.span();
    let ticks_of_a_day = Span::DAY.micros() as f64 / interval.micros() as f64;
    if interval > Span::DAY {
        return 365.0 * ticks_of_a_day;
    }
    let year = market.trading_year;
    match sampling {
        Sampling::Daily => year.days,
        // Round the clock ticks are counted over the time that passed: a day has all of them, but for a sparse feed.
        Sampling::PerBar if year.never_closes() => {
            let span =
                clock.last().zip(clock.first()).map_or(interval, |(last, first)| *last - *first + interval);
            let a_day = clock.len() as f64 * Span::DAY.micros() as f64 / span.micros() as f64;
            365.0 * if (a_day / ticks_of_a_day - 1.0).abs() <= NEAR { ticks_of_a_day } else { a_day }
        }
        Sampling::PerBar => {
            let days = day_ends(clock, interval, market.day).count().max(1);
            year.days * clock.len() as f64 / days as f64
        }
    }
}

/// The index of the last tick of each trading day, in order. Finds each by a jump of a day's ticks and a look
/// around, not by asking every tick for its day.
fn day_ends(clock: &[Timestamp], interval: Span, day: DayStart) -> impl Iterator<Item = usize> {
    let stride = usize::try_from(Span::DAY.micros() / interval.micros().max(1)).unwrap_or(1).max(1);
    let mut next = 0;
    std::iter::from_fn(move || {
        let tomorrow = day.end_after(*clock.get(next)?);
        next = first_from(clock, next, stride, tomorrow);
        Some(next - 1)
    })
}

/// The first index after `from` whose time is at or after `bound`, probably at most `stride` further.
fn first_from(clock: &[Timestamp], from: usize, stride: usize, bound: Timestamp) -> usize {
    let (mut low, mut step) = (from, stride);
    // `low` stays before the bound; a jump that lands at or past it ends the search range.
    loop {
        let high = (low + step).min(clock.len());
        let lands_before = high < clock.len() && clock[high] < bound;
        if !lands_before {
            // The last tick of a full day is the one before that index: try it first.
            if clock[high - 1] < bound {
                return high;
            }
            return low + clock[low..high].partition_point(|&at| at < bound);
        }
        low = high;
        step *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::close;
    use super::*;
    use crate::domain::Interval;
    use crate::market::TradingYear;
    use crate::scenario::Calendar;

    fn minutes(at: i64) -> Timestamp {
        Timestamp::from_micros(at * Span::MINUTE.micros())
    }

    fn market(interval: &str, weekends: bool, clock: Vec<Timestamp>) -> Market {
        Market {
            interval: interval.parse().unwrap(),
            clock,
            trading_year: TradingYear::of(if weekends {
                Calendar::RoundTheClock
            } else {
                Calendar::Sessions
            }),
            ..crate::metrics::testing::empty_market()
        }
    }

    fn all(market: &Market) -> TickRange {
        TickRange { first: 0, last: market.clock.len() }
    }

    fn hourly(hours: i64) -> Market {
        market("1h", true, (0..hours).map(|hour| minutes(60 * hour)).collect())
    }

    #[test]
    fn a_day_is_the_utc_day_of_the_open() {
        // 40 days of hourly bars: the bar that opens at 23:00 is the last of its day.
        let market = hourly(40 * 24);
        let equity: Vec<f64> = (0..40 * 24).map(f64::from).collect();
        let sample = Sample::of(-1.0, &equity, &market, all(&market), None);
        assert_eq!(sample.sampling, Sampling::Daily);
        assert_eq!(sample.curve.len(), 41);
        assert_eq!(sample.curve[..3], [-1.0, 23.0, 47.0]);
        assert_eq!(sample.curve[40], 959.0);
        assert_eq!(sample.periods_per_year, 365.0);
    }

    #[test]
    fn thirty_days_are_daily_and_an_hour_less_is_not() {
        let (month, less) = (hourly(720), hourly(719));
        let flat = vec![1.0; 720];
        assert_eq!(Sample::of(1.0, &flat, &month, all(&month), None).sampling, Sampling::Daily);
        let short = Sample::of(1.0, &flat[1..], &less, all(&less), None);
        assert_eq!(short.sampling, Sampling::PerBar);
        assert_eq!(short.curve.len(), 720);
        assert_eq!(short.periods_per_year, 365.0 * 24.0);
    }

    #[test]
    fn a_month_of_sessions_is_a_month() {
        // Thirty days of seven hours from 14:00: 29 days and 7 hours between the first open and the last close.
        let clock = (0..30).flat_map(|day| (14..21).map(move |hour| minutes(1440 * day + 60 * hour)));
        let market = market("1h", false, clock.collect());
        let sample = Sample::of(1.0, &[1.0; 210], &market, all(&market), None);
        assert_eq!((sample.sampling, sample.curve.len()), (Sampling::Daily, 31));
        assert_eq!(sample.periods_per_year, 252.0);
    }

    #[test]
    fn a_stated_number_of_periods_holds() {
        let market = hourly(48);
        assert_eq!(Sample::of(1.0, &[1.0; 48], &market, all(&market), Some(1000.0)).periods_per_year, 1000.0);
    }

    #[test]
    fn sessions_use_the_mean_number_of_bars_a_day() {
        // Two days: 7 hourly bars and 6: 6.5 a day.
        let first = (0..7).map(|hour| minutes(14 * 60 + 60 * hour));
        let second = (0..6).map(|hour| minutes((24 + 14) * 60 + 60 * hour));
        let market = market("1h", false, first.chain(second).collect());
        let sample = Sample::of(1.0, &[1.0; 13], &market, all(&market), None);
        assert_eq!(sample.periods_per_year, 252.0 * 6.5);
    }

    #[test]
    fn weekly_bars_are_not_taken_for_days() {
        let market = market("1w", false, (0..10).map(|week| minutes(week * 7 * 1440)).collect());
        let sample = Sample::of(1.0, &[1.0; 10], &market, all(&market), None);
        assert_eq!(sample.curve.len(), 11);
        close(Ok(sample.periods_per_year), 365.0 / 7.0);
    }

    #[test]
    fn jumping_agrees_with_dividing_at_each_tick() {
        // Gaps of every kind: inside a day, over midnight, of whole days; and two bars in one interval.
        let mut state = 7_u64;
        for interval in ["1m", "1h", "1d"] {
            let unit = interval.parse::<Interval>().unwrap().micros() / Span::MINUTE.micros();
            let mut at = 0;
            let clock: Vec<Timestamp> = (0..5000)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
                    at += match state >> 58 {
                        0 => 2000 * unit,
                        1..=3 => 1 + unit / 2,
                        _ => unit,
                    };
                    minutes(at)
                })
                .collect();
            let slow: Vec<usize> = (0..clock.len())
                .filter(|&i| clock.get(i + 1).is_none_or(|next| next.utc_day() != clock[i].utc_day()))
                .collect();
            let fast: Vec<usize> =
                day_ends(&clock, interval.parse::<Interval>().unwrap().span(), DayStart::UTC).collect();
            assert_eq!(fast, slow, "{interval}");
        }
    }

    #[test]
    fn returns_of_a_curve() {
        let returns = simple_returns(&[100.0, 110.0, 99.0]).unwrap();
        close(Ok(returns[0]), 0.1);
        close(Ok(returns[1]), -0.1);
        assert_eq!(simple_returns(&[]), Ok(vec![]));
        assert_eq!(simple_returns(&[100.0]), Ok(vec![]));
        assert_eq!(simple_returns(&[100.0, 0.0]), Ok(vec![-1.0]));
        assert_eq!(simple_returns(&[100.0, 0.0, 0.0]), Err(Missing::Ruined));
    }
}
