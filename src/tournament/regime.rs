//! What the market was like before a day: its trend and its volatility.
//!
//! Owns the six regimes and how they are measured. Never looks at the day itself or at anything after it: the
//! regime of a window is known before its first bar opens.
//!
//! The market is the equal-weighted mean of the symbols' logarithmic returns from close to close, over the bars
//! that open in the lookback and have closed when the day begins. With `n` returns of sum `S` and standard
//! deviation `sd` (`ddof = 1`)
//!
//! - the trend is *up* or *down* where `|S| > sd sqrt(n) / 2`, else *flat*: a market without drift is flat on
//!   about two days of five;
//! - the volatility is *volatile* where `sd` lies above the median of the days of the range before, else
//!   *calm*.

use std::collections::BTreeMap;

use super::calendar::{Calendar, midnight};
use crate::domain::{Span, Timestamp};
use crate::market::Market;

/// A trend counts from this many standard deviations of its sum on.
const NOTICEABLE: f64 = 0.5;

/// Trend and volatility before a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// Rising, less volatile than usual until then.
    UpCalm,
    /// Rising, more volatile than usual until then.
    UpVolatile,
    /// No trend, less volatile than usual until then.
    FlatCalm,
    /// No trend, more volatile than usual until then.
    FlatVolatile,
    /// Falling, less volatile than usual until then.
    DownCalm,
    /// Falling, more volatile than usual until then.
    DownVolatile,
}

impl Regime {
    /// All, in the order in which windows are drawn from them.
    pub const ALL: [Self; 6] = [
        Self::UpCalm,
        Self::UpVolatile,
        Self::FlatCalm,
        Self::FlatVolatile,
        Self::DownCalm,
        Self::DownVolatile,
    ];

    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpCalm => "up_calm",
            Self::UpVolatile => "up_volatile",
            Self::FlatCalm => "flat_calm",
            Self::FlatVolatile => "flat_volatile",
            Self::DownCalm => "down_calm",
            Self::DownVolatile => "down_volatile",
        }
    }
}

/// What is measured over the bars before a day.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Past {
    /// Sum of the returns over the standard deviation of such a sum.
    trend: f64,
    /// Standard deviation of a return.
    volatility: f64,
}

/// The regime of each UTC day of the calendar that has ticks and bars for a whole lookback before it.
pub(super) fn by_day(calendar: &Calendar<'_>, lookback: Span) -> BTreeMap<i64, Regime> {
    let returns = market_returns(calendar.market);
    let ticks = &calendar.market.clock[calendar.ticks.first..calendar.ticks.last];
    let mut days: Vec<i64> = ticks.iter().map(|tick| tick.utc_day()).collect();
    days.dedup();
    let mut usual: Vec<f64> = Vec::new();
    let mut regimes = BTreeMap::new();
    for day in days {
        let Some(past) = past(calendar.market, &returns, midnight(day), lookback) else { continue };
        regimes.insert(day, regime(past, &usual));
        usual.insert(usual.partition_point(|&volatility| volatility < past.volatility), past.volatility);
    }
    regimes
}

/// `usual`: the volatilities of the days before, sorted.
fn regime(past: Past, usual: &[f64]) -> Regime {
    let volatile = median(usual).is_some_and(|median| past.volatility > median);
    match (past.trend, volatile) {
        (trend, false) if trend > NOTICEABLE => Regime::UpCalm,
        (trend, true) if trend > NOTICEABLE => Regime::UpVolatile,
        (trend, false) if trend < -NOTICEABLE => Regime::DownCalm,
        (trend, true) if trend < -NOTICEABLE => Regime::DownVolatile,
        (_, false) => Regime::FlatCalm,
        (_, true) => Regime::FlatVolatile,
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = if sorted.len().is_multiple_of(2) { sorted[sorted.len() / 2 - 1] } else { upper };
    Some(0.5 * (lower + upper))
}

/// Each tick's mean return of the symbols that have a bar there and had one before; 0 where none has.
#[expect(clippy::cast_precision_loss, reason = "a count of symbols")]
fn market_returns(market: &Market) -> Vec<f64> {
    let mut sums = vec![(0.0, 0_usize); market.clock.len()];
    for series in &market.symbols {
        for (sum, row) in sums.iter_mut().zip(&series.rows) {
            if let Some(row) = row.fresh()
                && row > 0
            {
                sum.0 += (series.bars.close[row] / series.bars.close[row - 1]).ln();
                sum.1 += 1;
            }
        }
    }
    sums.into_iter().map(|(sum, count)| sum / count.max(1) as f64).collect()
}

/// What the bars of the lookback say that have closed at `at`; nothing where the data begins inside it.
#[expect(clippy::cast_precision_loss, reason = "a count of bars")]
fn past(market: &Market, returns: &[f64], at: Timestamp, lookback: Span) -> Option<Past> {
    let start = at - lookback;
    let first = market.first_tick_from(start);
    let last = market.first_tick_from(at - market.interval.span() + Span::from_micros(1));
    let begins_inside = market.clock.first().is_none_or(|&tick| tick > start);
    // The first bar's return reaches back over its open.
    if begins_inside || last < first + 3 {
        return None;
    }
    let returns = &returns[first + 1..last];
    let n = returns.len() as f64;
    let sum: f64 = returns.iter().sum();
    let mean = sum / n;
    let variance = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (n - 1.0);
    let volatility = variance.sqrt();
    let trend = match volatility {
        // Nothing moved, or all moved by the same amount at every bar.
        0.0 => {
            if sum == 0.0 {
                0.0
            } else {
                sum.signum()
            }
        }
        _ => sum / (volatility * n.sqrt()),
    };
    Some(Past { trend, volatility })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tournament::DateRange;
    use crate::tournament::testing::{all, priced};

    fn regimes(market: &Market, lookback: i64) -> BTreeMap<i64, Regime> {
        by_day(&Calendar::between(market, DateRange::from(all(market))), Span::DAY.times(lookback))
    }

    #[test]
    fn worked_by_hand() {
        // Daily logarithmic returns in hundredths: +1, +3 (sum 4, sd sqrt(2): trend 2), then on.
        let market = priced(&[&[0.0, 1.0, 3.0, -1.0, 1.0, -9.0, 2.0]]);
        let regimes = regimes(&market, 3);
        // Day 3 sees days 0, 1 and 2: two returns; it is the first, so nothing is usual yet.
        assert_eq!(regimes.keys().copied().collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!(regimes[&3], Regime::UpCalm);
        // Day 4: returns 3, -1: sum 2, sd 2.83, trend 0.5: not more than half; more volatile than day 3.
        // Day 5: -1, 1: no trend, volatility as day 3's: under the median of day 3 and day 4.
        // Day 6: 1, -9: sum -8, sd 7.07, trend -0.8, more volatile than all before.
        assert_eq!(regimes[&5], Regime::FlatCalm);
        assert_eq!(regimes[&6], Regime::DownVolatile);
    }

    #[test]
    fn a_regime_depends_on_the_past_alone() {
        let steps: Vec<f64> = (0..60).map(|day| f64::from((day * 37) % 11) - 5.0).collect();
        let whole = regimes(&priced(&[&steps]), 10);
        for cut in 20..60 {
            let mut other = steps.clone();
            other[cut..].iter_mut().for_each(|step| *step = 5.0 - *step * 3.0);
            let changed = regimes(&priced(&[&other]), 10);
            // The day whose bars differ is not among its own past.
            let before = |map: &BTreeMap<i64, Regime>| -> Vec<Regime> {
                map.range(..=cut as i64).map(|(_, regime)| *regime).collect()
            };
            assert_eq!(before(&whole), before(&changed), "from day {cut}");
        }
    }

    #[test]
    fn the_market_is_the_mean_of_its_symbols() {
        // Returns of (1 + 3) / 2 and (5 + 1) / 2 hundredths: sum 5, standard deviation 1 / sqrt(2).
        let market = priced(&[&[0.0, 1.0, 5.0, 0.0], &[0.0, 3.0, 1.0, 0.0]]);
        let past = past(&market, &market_returns(&market), midnight(3), Span::DAY.times(3)).unwrap();
        assert!((past.volatility - 0.01 / 2.0_f64.sqrt()).abs() < 1e-12, "{past:?}");
        assert!((past.trend - 5.0).abs() < 1e-9, "{past:?}");
    }

    #[test]
    fn a_still_market_is_flat_and_calm() {
        assert_eq!(regimes(&priced(&[&[0.0; 8]]), 3)[&7], Regime::FlatCalm);
    }

    #[test]
    fn the_median_of_an_even_number_is_between() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, 3.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
    }
}
