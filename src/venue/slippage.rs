//! How far a market-like fill lands from its raw price.
//!
//! Fractions are computed in `f64` with only `+ - * /` and `sqrt`, which IEEE 754 defines to the last bit,
//! so that they are the same on every machine; they become [`Bps`] once, at the end. Only bars that closed
//! before the fill bar opened are read.

use crate::domain::{Bps, Interval, Span, Timestamp};
use crate::market::{Bars, Row};
use crate::scenario::Slippage;

/// Days that the volatility of the square-root model looks back.
const VOLATILITY_DAYS: i64 = 20;

/// What a fill takes from the market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taking {
    /// Base quantity.
    pub quantity: f64,
    /// Quote currency at the raw price, without fees.
    pub notional: f64,
}

/// The fraction by which a fill of `taking` in the bar `row` lands off its raw price.
///
/// `volume_share` as the reference platform does; `square_root` after Almgren et al. (2005), "Direct
/// estimation of equity market impact". A market without volume (or volatility) to go by gives the cap.
pub fn slippage(model: &Slippage, bars: &Bars, row: Row, taking: Taking) -> Bps {
    match *model {
        Slippage::None => Bps::ZERO,
        Slippage::FixedBps { bps } => bps,
        Slippage::VolumeShare { factor, floor, cap } => {
            let traded = sum(last_day(bars, row), |r| bars.close[r] * bars.volume[r]);
            let daily = traded / days_of_bar(bars);
            capped(factor * taking.notional / daily, cap).max(floor.min(cap))
        }
        Slippage::SquareRoot { factor, cap } => {
            let volume = sum(last_day(bars, row), |r| bars.volume[r]) / days_of_bar(bars);
            match daily_volatility(bars, row) {
                Some(volatility) => capped(factor * volatility * (taking.quantity / volume).sqrt(), cap),
                None => cap,
            }
        }
    }
}

/// The most bars of `interval` before a fill that the model looks at: a day's, or those of the days of the
/// volatility and the bar before them. A market that closes has fewer bars in as many days.
pub fn bars_looked_back(model: &Slippage, interval: Interval) -> u32 {
    let days = match model {
        Slippage::None | Slippage::FixedBps { .. } => return 0,
        Slippage::VolumeShare { .. } => 1,
        Slippage::SquareRoot { .. } => VOLATILITY_DAYS,
    };
    let a_day = (Span::DAY.micros() / interval.micros()).max(1);
    u32::try_from(days * a_day + 1).unwrap_or(u32::MAX)
}

/// A fraction as basis points, at most `cap`; anything that is no finite number is the cap.
fn capped(fraction: f64, cap: Bps) -> Bps {
    if fraction.is_finite() { Bps::from_f64(fraction * 1e4).min(cap) } else { cap }
}

fn sum(rows: std::ops::Range<Row>, value: impl Fn(Row) -> f64) -> f64 {
    rows.map(value).sum()
}

/// Rows of the bars that closed in the 24 hours before bar `row` opened. Bars of a day or more: the one
/// before, also across a weekend.
fn last_day(bars: &Bars, row: Row) -> std::ops::Range<Row> {
    if bars.interval.span() >= Span::DAY {
        return row.saturating_sub(1)..row;
    }
    closed_within(bars, row, Span::DAY)
}

/// How many days the bars of [`last_day`] stand for.
fn days_of_bar(bars: &Bars) -> f64 {
    (bars.interval.span().seconds() / Span::DAY.seconds()).max(1.0)
}

/// Rows before `row` whose close lies in `(open - span, open]`, where `open` is the open of `row`.
fn closed_within(bars: &Bars, row: Row, span: Span) -> std::ops::Range<Row> {
    let after = bars.ts[row] - span - bars.interval.span();
    let first = bars.first_row_from(Timestamp::from_micros(after.micros().saturating_add(1)));
    first.min(row)..row
}

/// `sqrt(sum of squared close-to-close returns / days that they cover)` over the bars closed in the last
/// 20 days; a return needs the close before it. `None` without a return.
fn daily_volatility(bars: &Bars, row: Row) -> Option<f64> {
    let rows = closed_within(bars, row, Span::DAY.times(VOLATILITY_DAYS));
    let rows = rows.start.max(1)..rows.end;
    if rows.is_empty() {
        return None;
    }
    let covered = bars.ts[rows.end - 1] + bars.interval.span() - bars.ts[rows.start];
    let squares = sum(rows, |r| {
        let change = bars.close[r] / bars.close[r - 1] - 1.0;
        change * change
    });
    Some((squares / (covered.seconds() / Span::DAY.seconds())).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(interval: &str, rows: &[(i64, f64, f64)]) -> Bars {
        let interval: Interval = interval.parse().unwrap();
        let mut bars = Bars::with_capacity(interval, rows.len());
        for &(index, close, volume) in rows {
            bars.ts.push(Timestamp::from_micros(0) + interval.span().times(index));
            for column in [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close] {
                column.push(close);
            }
            bars.volume.push(volume);
        }
        bars
    }

    fn taking(quantity: f64, notional: f64) -> Taking {
        Taking { quantity, notional }
    }

    const SHARE: Slippage = Slippage::VolumeShare { factor: 0.1, floor: Bps::ZERO, cap: Bps::WHOLE };

    #[test]
    fn none_and_fixed_are_what_they_say() {
        let bars = bars("1h", &[(0, 100.0, 1.0)]);
        assert_eq!(slippage(&Slippage::None, &bars, 0, taking(1.0, 100.0)), Bps::ZERO);
        let fixed = Slippage::FixedBps { bps: Bps::from_f64(7.5) };
        assert_eq!(slippage(&fixed, &bars, 0, taking(1.0, 100.0)), Bps::from_f64(7.5));
    }

    #[test]
    fn volume_share_divides_by_the_day_before_the_fill_bar() {
        // Hours 0..=24 at 100 with volume 10; the fill is in hour 25: hours 1..=24 count, 24 * 1000.
        let rows: Vec<_> = (0..26).map(|h| (h, 100.0, if h == 25 { 9e9 } else { 10.0 })).collect();
        // 0.1 * 2400 / 24000 = 0.01 = 100 bp.
        assert_eq!(slippage(&SHARE, &bars("1h", &rows), 25, taking(24.0, 2400.0)), Bps::from_f64(100.0));
    }

    #[test]
    fn volume_share_keeps_floor_and_cap() {
        let model =
            Slippage::VolumeShare { factor: 0.1, floor: Bps::from_f64(1.0), cap: Bps::from_f64(1000.0) };
        let bars = bars("1h", &[(0, 100.0, 10.0), (1, 100.0, 10.0)]);
        // 0.1 * 0.01 / 1000 is a hundredth of a basis point: the floor.
        assert_eq!(slippage(&model, &bars, 1, taking(0.0001, 0.01)), Bps::from_f64(1.0));
        // 0.1 * 5000 / 1000 = 50 %: the cap.
        assert_eq!(slippage(&model, &bars, 1, taking(50.0, 5000.0)), Bps::from_f64(1000.0));
        // Nothing traded before the first bar: the cap.
        assert_eq!(slippage(&model, &bars, 0, taking(1.0, 100.0)), Bps::from_f64(1000.0));
    }

    #[test]
    fn daily_bars_take_the_one_before_even_over_a_weekend() {
        let bars = bars("1d", &[(0, 100.0, 5.0), (1, 100.0, 10.0), (4, 100.0, 1.0)]);
        // 0.1 * 100 / 1000 = 1 %.
        assert_eq!(slippage(&SHARE, &bars, 2, taking(1.0, 100.0)), Bps::from_f64(100.0));
    }

    #[test]
    fn square_root_is_volatility_times_root_of_share() {
        // Daily closes 100, 110, 99: returns 0.1 and -0.1 over two days: volatility 0.1.
        let bars = bars("1d", &[(0, 100.0, 1.0), (1, 110.0, 1.0), (2, 99.0, 400.0), (3, 99.0, 1.0)]);
        let model = Slippage::SquareRoot { factor: 0.5, cap: Bps::WHOLE };
        // 0.5 * 0.1 * sqrt(4 / 400) = 0.005 = 50 bp.
        let found = slippage(&model, &bars, 3, taking(4.0, 396.0)).to_f64();
        assert!((found - 50.0).abs() < 1e-6, "{found}");
        assert_eq!(slippage(&model, &bars, 0, taking(4.0, 396.0)), Bps::WHOLE);
    }
}
