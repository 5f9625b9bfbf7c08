//! Where an axis has its marks: round numbers and round times.

use chrono::{DateTime, Datelike, TimeZone, Utc};

use crate::report::numbers::grouped;

/// A mark: where, and what it says.
pub(super) type Tick = (f64, String);

/// Round numbers between two, about `wanted` of them.
pub(super) fn numbers(low: f64, high: f64, wanted: f64) -> Vec<Tick> {
    let step = round_step((high - low) / wanted);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few decimal places")]
    let places = (-step.log10().floor()).max(0.0) as usize;
    let text = |value: f64| {
        let text = grouped(&format!("{value:.places$}"));
        if text.chars().all(|c| "-0.,".contains(c)) { "0".to_owned() } else { text }
    };
    let mut ticks = Vec::new();
    let mut value = (low / step).ceil() * step;
    while value <= high + step * 1e-9 && ticks.len() < 100 {
        ticks.push((value, text(value)));
        value += step;
    }
    ticks
}

/// The next of 1, 2, 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    if !(step > 0.0 && step.is_finite()) {
        return 1.0;
    }
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|of| of * power).find(|round| *round >= step).unwrap_or(10.0 * power)
}

/// Days that marks may be apart, below a month.
const DAYS: [i64; 4] = [1, 2, 7, 14];
/// Months that marks may be apart.
const MONTHS: [u32; 6] = [1, 2, 3, 6, 12, 24];
const DAY: i64 = 86_400;

/// Midnights, Mondays or first days of months between two times (seconds since 1970), about six of them; the two
/// ends where they lie within two days.
pub(super) fn times(from: i64, to: i64) -> Vec<Tick> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let tick = |at: DateTime<Utc>, form: &str| (at.timestamp() as f64, at.format(form).to_string());
    let days = (to - from) / DAY;
    if days < 2 {
        let ends = [from, to].into_iter().filter_map(|at| Utc.timestamp_opt(at, 0).single());
        return ends.map(|at| tick(at, "%Y-%m-%d %H:%M")).collect();
    }
    if let Some(step) = DAYS.into_iter().find(|step| days / step <= 7) {
        let first = (from + DAY - 1).div_euclid(DAY) * DAY;
        let all = (0..).map(|i| first + i * step * DAY).take_while(|at| *at <= to);
        return all.filter_map(|at| Utc.timestamp_opt(at, 0).single()).map(|at| tick(at, "%b %-d")).collect();
    }
    let months = u32::try_from(days / 30).unwrap_or(u32::MAX);
    let step = MONTHS.into_iter().find(|step| months / step <= 8).unwrap_or(months / 8 + 1);
    let Some(start) = Utc.timestamp_opt(from, 0).single() else { return Vec::new() };
    let month = |i: u32| {
        let number = start.month0() / step.min(12) * step.min(12) + i * step;
        let year = start.year() + i32::try_from(number / 12).unwrap_or_default();
        Utc.with_ymd_and_hms(year, number % 12 + 1, 1, 0, 0, 0).single()
    };
    let all =
        (0..200).filter_map(month).filter(|at| at.timestamp() >= from).take_while(|at| at.timestamp() <= to);
    all.map(|at| tick(at, if step >= 12 { "%Y" } else { "%b %Y" })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: Vec<Tick>) -> Vec<String> {
        ticks.into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn numbers_are_round() {
        assert_eq!(texts(numbers(8_900.0, 15_100.0, 6.0)), ["10,000", "12,000", "14,000"]);
        assert_eq!(texts(numbers(-0.31, 0.22, 5.0)), ["-0.2", "0", "0.2"]);
        assert_eq!(texts(numbers(1.0, 1.0, 5.0)), ["1"]);
    }

    #[test]
    fn times_are_round() {
        let at = |text: &str| text.parse::<crate::domain::Timestamp>().unwrap().micros() / 1_000_000;
        let between = |from: &str, to: &str| texts(times(at(from), at(to)));
        assert_eq!(
            between("2024-01-01", "2024-01-06"),
            ["Jan 1", "Jan 2", "Jan 3", "Jan 4", "Jan 5", "Jan 6"]
        );
        assert_eq!(
            between("2023-03-05", "2024-06-01"),
            ["Mar 2023", "May 2023", "Jul 2023", "Sep 2023", "Nov 2023", "Jan 2024", "Mar 2024", "May 2024"]
                [1..]
        );
        assert_eq!(between("2015-06-01", "2024-06-01"), ["2017", "2019", "2021", "2023"]);
        assert_eq!(between("2024-01-01", "2024-01-02"), ["2024-01-01 00:00", "2024-01-02 00:00"]);
    }
}
