//! Slippage models: the distance between a taker's fill price and its raw price.
//!
//! Fractions are computed in `f64` with `+ - * /` and `sqrt` only, which IEEE 754 defines exactly, so that
//! results are the same on every machine; they become [`Bps`] once, at the end. Only bars that closed before
//! the fill bar opened are read. Days are trading days, see [`TradingDay`]: the first hour after a weekend
//! has the same slippage as any other.

use super::TradingDay;
use crate::domain::{Bps, Interval};
use crate::market::{Bars, Row};
use crate::scenario::Slippage;

/// Look-back of the square-root model's volatility, in trading days.
const VOLATILITY_DAYS: usize = 20;

/// Size of a fill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taking {
    /// Order quantity in base units.
    pub quantity: f64,
    /// Quote currency at the raw price, without fees.
    pub notional: f64,
}

/// Slippage of a fill of size `taking` in the bar `row`, as a fraction of its raw price.
///
/// `volume_share` follows the reference platform; `square_root` follows Almgren et al. (2005), "Direct
/// estimation of equity market impact". Without volume (or volatility) before the bar the result is the cap.
pub fn slippage(model: &Slippage, bars: &Bars, day: TradingDay, row: Row, taking: Taking) -> Bps {
    match *model {
        Slippage::None => Bps::ZERO,
        Slippage::FixedBps { bps } => bps,
        Slippage::VolumeShare { factor, floor, cap } => {
            let traded = sum(day.before(row), |r| bars.close[r] * bars.volume[r]);
            capped(factor * taking.notional / (traded / day.days()), cap).max(floor.min(cap))
        }
        Slippage::SquareRoot { factor, cap } => {
            let volume = sum(day.before(row), |r| bars.volume[r]) / day.days();
            match daily_volatility(bars, day, row) {
                Some(volatility) => capped(factor * volatility * (taking.quantity / volume).sqrt(), cap),
                None => cap,
            }
        }
    }
}

/// The maximum number of bars of `interval` before a fill that the model reads: one day's, or those of the
/// volatility look-back and the bar before it. A market with closing hours has fewer bars in as many days.
pub fn bars_looked_back(model: &Slippage, interval: Interval) -> u32 {
    let days = match model {
        Slippage::None | Slippage::FixedBps { .. } => return 0,
        Slippage::VolumeShare { .. } => 1,
        Slippage::SquareRoot { .. } => VOLATILITY_DAYS,
    };
    let bars = TradingDay::round_the_clock(interval).bars_of(days) + 1;
    u32::try_from(bars).unwrap_or(u32::MAX)
}

/// A fraction as basis points, at most `cap`; a value that is not finite gives the cap.
fn capped(fraction: f64, cap: Bps) -> Bps {
    if fraction.is_finite() { Bps::from_f64(fraction * 1e4).min(cap) } else { cap }
}

fn sum(rows: std::ops::Range<Row>, value: impl Fn(Row) -> f64) -> f64 {
    rows.map(value).sum()
}

/// `sqrt(sum of squared close-to-close returns / trading days covered)` over the bars of the last 20 trading
/// days. A return needs the previous close; `None` without any return.
fn daily_volatility(bars: &Bars, day: TradingDay, row: Row) -> Option<f64> {
    let rows = day.times_before(VOLATILITY_DAYS, row);
    let rows = rows.start.max(1)..rows.end;
    if rows.is_empty() {
        return None;
    }
    let covered = day.covered(rows.len());
    let squares = sum(rows, |r| {
        let change = bars.close[r] / bars.close[r - 1] - 1.0;
        change * change
    });
    Some((squares / covered).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

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

    /// Slippage with the trading day that these bars show.
    fn slippage(model: &Slippage, bars: &Bars, row: Row, taking: Taking) -> Bps {
        super::slippage(model, bars, TradingDay::shown_by(bars, 0..bars.len()), row, taking)
    }

    fn taking(quantity: f64, notional: f64) -> Taking {
        Taking { quantity, notional }
    }

    const SHARE: Slippage = Slippage::VolumeShare { factor: 0.1, floor: Bps::ZERO, cap: Bps::WHOLE };

    #[test]
    fn none_and_fixed_slippage() {
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
        // No volume before the first bar: the cap.
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

    /// Bars at hours 9 to 15 of the weekdays of four weeks, starting on a Monday, each at 100 with this
    /// volume.
    fn office_hours(volume: f64) -> Bars {
        let days = (4..32).filter(|day| (day - 4) % 7 < 5);
        let rows: Vec<_> = days.flat_map(|day| (9..16).map(move |h| (day * 24 + h, 100.0, volume))).collect();
        bars("1h", &rows)
    }

    #[test]
    fn a_mondays_first_hour_has_the_usual_slippage() {
        // Seven bars a session of 10 * 100: 0.1 * 700 / 7000 = 100 bp, at every bar with a full session
        // before it.
        let bars = office_hours(10.0);
        for row in 7..bars.len() {
            assert_eq!(slippage(&SHARE, &bars, row, taking(7.0, 700.0)), Bps::from_f64(100.0), "row {row}");
        }
        // At the start of the data fewer bars are available.
        assert_eq!(slippage(&SHARE, &bars, 1, taking(7.0, 700.0)), Bps::from_f64(700.0));
    }

    #[test]
    fn currencies_have_the_usual_slippage_on_sunday_evening() {
        // Sunday 22:00 to Friday 22:00, three weeks; 1970-01-04 was a Sunday.
        let week = |n: i64| (70 + n * 168..190 + n * 168).map(|h| (h + 24, 100.0, 10.0));
        let rows: Vec<_> = (0..3).flat_map(week).collect();
        let bars = bars("1h", &rows);
        for row in 24..bars.len() {
            assert_eq!(slippage(&SHARE, &bars, row, taking(24.0, 2400.0)), Bps::from_f64(100.0), "row {row}");
        }
    }

    #[test]
    fn a_missing_hour_extends_the_look_back() {
        // Round the clock without hour 40: at hour 45 the last 24 bars reach one hour further back, to hour
        // 20, with 10 times the volume.
        let rows: Vec<_> =
            (0..96).filter(|&h| h != 40).map(|h| (h, 100.0, if h == 20 { 34.0 } else { 10.0 })).collect();
        let bars = bars("1h", &rows);
        // 0.1 * 2640 / (23 * 1000 + 3400) = 1 %.
        assert_eq!(slippage(&SHARE, &bars, 44, taking(26.4, 2640.0)), Bps::from_f64(100.0));
    }

    #[test]
    fn volatility_is_that_of_a_session() {
        // Each session gains 1 % in its first bar: daily volatility 0.01, also in the first hour of a Monday.
        let mut bars = office_hours(10.0);
        for row in 0..bars.len() {
            bars.close[row] = 100.0 * 1.01_f64.powi((row / 7) as i32);
        }
        let model = Slippage::SquareRoot { factor: 1.0, cap: Bps::WHOLE };
        // 20 sessions: the first return is that of row 1.
        for row in [70, 73, 105, 108, 139] {
            let found = slippage(&model, &bars, row, taking(0.7, 70.0)).to_f64();
            let returns = (1..row).filter(|r| r % 7 == 0).count() as f64;
            let days = (row - 1) as f64 / 7.0;
            let expected = 1e4 * 0.01 * (returns / days).sqrt() * (0.7_f64 / 70.0).sqrt();
            assert!((found - expected).abs() < 1e-6, "row {row}: {found} {expected}");
        }
    }
}
