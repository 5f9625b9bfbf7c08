//! Funding rates of a synthetic perpetual: a premium that follows the price of the hours before.

use crate::domain::{Rate, Span, Timestamp};
use crate::market::{Bars, FundingRate};

/// Time between two payments.
const EVERY: Span = Span::from_seconds(8 * 3_600);
/// Rate of a market that stands still: one basis point.
const BASE: f64 = 0.000_1;
/// Share of the return since the payment before that is added to it.
const FOLLOWS: f64 = 0.01;
/// Largest absolute rate.
const MOST: f64 = 0.003;

/// A payment at each multiple of eight hours from the first bar's open to the last bar's close, of the return of the
/// close since the one before; eight decimal places.
pub fn funding(bars: &Bars) -> Vec<FundingRate> {
    let (Some(&first), Some(&last)) = (bars.ts.first(), bars.ts.last()) else { return Vec::new() };
    let step = EVERY.micros();
    let end = last + bars.interval.span();
    let begin = first.micros().div_euclid(step) + i64::from(first.micros().rem_euclid(step) != 0);
    (begin..=end.micros().div_euclid(step))
        .map(|n| {
            let at = Timestamp::from_micros(n * step);
            let fraction = (BASE + FOLLOWS * gain(bars, at)).clamp(-MOST, MOST);
            let rate = Rate::from_fraction((fraction * 1e8).round() / 1e8).unwrap_or_default();
            FundingRate { at, rate }
        })
        .collect()
}

/// The return of the last close before an instant, over that of one payment earlier.
fn gain(bars: &Bars, at: Timestamp) -> f64 {
    let close = |at: Timestamp| {
        let rows = bars.first_row_from(at);
        rows.checked_sub(1).map(|row| bars.close[row])
    };
    match (close(at), close(at - EVERY)) {
        (Some(now), Some(before)) if before > 0.0 => now / before - 1.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;

    #[test]
    fn a_rising_market_pays_more_than_a_standing_one() {
        let interval: Interval = "1h".parse().unwrap();
        let mut bars = Bars::with_capacity(interval, 24);
        for hour in 0..24 {
            let close = if hour < 8 { 100.0 } else { 100.0 * 1.01_f64.powi(hour - 7) };
            bars.push(
                Timestamp::from_micros(i64::from(hour) * 3_600_000_000),
                [close, close, close, close, 1.0],
            );
        }
        let rates = funding(&bars);
        let hours: Vec<i64> = rates.iter().map(|one| one.at.micros() / 3_600_000_000).collect();
        assert_eq!(hours, [0, 8, 16, 24]);
        assert_eq!(rates[1].rate.to_fraction(), 0.000_1);
        // 1.01^8 - 1 = 8.2857 %, a hundredth of it and one basis point.
        assert_eq!(rates[2].rate.to_fraction(), 0.000_928_57);
    }
}
