//! Numbers for reading: rounded, with thousands separators, with a sign where it says gain or loss.
//!
//! Rounding here is for display only; files keep every digit. A value that rounds to nothing has no sign.

use crate::domain::{Cash, Metric, MetricUnit, Price, Qty, Span, Timestamp};

/// Most decimal places of a price or quantity; trailing zeros beyond the second go.
const FEWEST_PLACES: usize = 2;

pub(super) use crate::domain::grouped;

/// Two decimal places. The stored text is shown as it is where it is no amount.
pub(super) fn money(stored: &str) -> String {
    stored.parse::<Cash>().map_or_else(|_| stored.to_owned(), cash)
}

/// Two decimal places, with a sign.
pub(super) fn gain(stored: &str) -> String {
    stored.parse::<Cash>().map_or_else(|_| stored.to_owned(), signed_cash)
}

/// Two decimal places.
pub(super) fn cash(amount: Cash) -> String {
    if amount.to_f64().abs() >= HUGE {
        return ratio(amount.to_f64());
    }
    without_negative_zero(grouped(&format!("{amount:.2}")))
}

/// Two decimal places, with a sign.
pub(super) fn signed_cash(amount: Cash) -> String {
    with_plus(cash(amount))
}

/// From here on a number is shown by its power of ten.
const HUGE: f64 = 1e15;

/// Two decimal places; huge numbers by their power of ten: `1.50e308`.
pub(super) fn ratio(value: f64) -> String {
    if value.abs() >= HUGE {
        return format!("{value:.2e}");
    }
    without_negative_zero(grouped(&format!("{value:.2}")))
}

/// A metric's value without its sign of percent; with a plus where more is a gain.
pub(super) fn measured(metric: Metric, value: f64) -> String {
    match metric.unit() {
        MetricUnit::Fraction => ratio(value * 100.0),
        MetricUnit::Seconds => length(value),
        MetricUnit::Plain if value != 0.0 && value.abs() < 0.005 => small(value),
        _ if metric.info().signed => signed(value),
        MetricUnit::Plain | MetricUnit::Percent | MetricUnit::Money | MetricUnit::Cost => ratio(value),
    }
}

/// Two significant digits of a number that two decimal places would show as zero: `0.0012`, `3.1e-7`.
fn small(value: f64) -> String {
    let places = 1 - value.abs().log10().floor() as i32;
    if places > 6 {
        return format!("{value:.1e}");
    }
    format!("{value:.*}", usize::try_from(places).unwrap_or(2))
}

/// A score by a metric of this key, in the metric's form; nothing for a metric that is not known.
pub(super) fn form(metric: &str) -> Option<impl Fn(f64) -> String + Copy> {
    Metric::of_key(metric).map(|metric| move |value| measured(metric, value))
}

/// Percent with two decimal places and a sign.
pub(super) fn signed(value: f64) -> String {
    with_plus(ratio(value))
}

/// Percent with one decimal place and a sign, where room is short.
pub(super) fn signed_short(value: f64) -> String {
    if value.abs() >= HUGE {
        return with_plus(format!("{value:.1e}"));
    }
    with_plus(without_negative_zero(grouped(&format!("{value:.1}"))))
}

/// A whole number.
pub(super) fn count(n: usize) -> String {
    grouped(&n.to_string())
}

/// As many places as the price has, at least two.
pub(super) fn price(value: Price) -> String {
    grouped(&trimmed(&value.to_string(), FEWEST_PLACES))
}

/// As many places as the quantity has.
pub(super) fn quantity(value: Qty) -> String {
    grouped(&trimmed(&value.to_string(), 0))
}

/// As many places as the cost of a model has, at least two.
pub(super) fn cost(value: Cash) -> String {
    grouped(&trimmed(&value.to_string(), FEWEST_PLACES))
}

fn trimmed(number: &str, fewest: usize) -> String {
    let Some((whole, part)) = number.split_once('.') else { return number.to_owned() };
    let kept = part.trim_end_matches('0').len().max(fewest);
    if kept == 0 { whole.to_owned() } else { format!("{whole}.{}", &part[..kept]) }
}

fn without_negative_zero(text: String) -> String {
    let nothing = text.starts_with('-') && text.chars().all(|c| "-0.,".contains(c));
    if nothing { text[1..].to_owned() } else { text }
}

fn with_plus(text: String) -> String {
    let nothing = text.chars().all(|c| "0.,".contains(c));
    if nothing || text.starts_with('-') { text } else { format!("+{text}") }
}

/// The two largest units of a length of time: `3d 4h`, `12m`, `1.5s` under a minute.
pub(super) fn length(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1}s");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 60, shown only")]
    let whole = seconds.round() as u64;
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let first = units.iter().position(|(size, _)| whole >= *size).unwrap_or(units.len() - 1);
    let (size, name) = units[first];
    let mut text = format!("{}{name}", whole / size);
    if let Some((next, name)) = units.get(first + 1) {
        let rest = whole % size / next;
        if rest > 0 {
            text.push_str(&format!(" {rest}{name}"));
        }
    }
    text
}

/// The length between two instants.
pub(super) fn between(from: Timestamp, to: Timestamp) -> String {
    length((to - from).seconds())
}

/// An instant to the minute; the date alone where `dates` is set.
pub(super) fn instant(at: Timestamp, dates: bool) -> String {
    let utc = at.to_utc();
    utc.format(if dates { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" }).to_string()
}

/// The day that a bar covers which closes at `at`: a close at midnight is that of the day before.
pub(super) fn close_day(at: Timestamp) -> String {
    instant(at - Span::from_micros(1), true)
}

/// When a bar closed, for reading: as the day it covers where `dates` is set. A window's start is its own day.
pub(super) fn close_time(at: Timestamp, start: Option<Timestamp>, dates: bool) -> String {
    if dates && start != Some(at) { close_day(at) } else { instant(at, dates) }
}

/// Whether all instants are midnights, so that dates suffice.
pub(super) fn are_dates(mut times: impl Iterator<Item = Timestamp>) -> bool {
    times.all(Timestamp::is_midnight)
}

/// The first and the last instant of something, for reading: as dates where both are midnights.
pub(super) fn ends(first: &str, last: &str) -> (String, String) {
    match (first.parse::<Timestamp>(), last.parse::<Timestamp>()) {
        (Ok(first), Ok(last)) => {
            let dates = are_dates([first, last].into_iter());
            (instant(first, dates), instant(last, dates))
        }
        _ => (first.to_owned(), last.to_owned()),
    }
}

/// A time range for reading, from its start to its end: as its first and its last day where both are midnights.
pub(super) fn range(start: &str, end: &str) -> (String, String) {
    match (start.parse::<Timestamp>(), end.parse::<Timestamp>()) {
        (Ok(from), Ok(to)) => {
            let dates = are_dates([from, to].into_iter());
            (instant(from, dates), if dates && to > from { close_day(to) } else { instant(to, dates) })
        }
        _ => (start.to_owned(), end.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_and_losses_have_signs_and_zero_has_none() {
        assert_eq!(signed(1.005), "+1.00");
        assert_eq!(signed(-1234.5), "-1,234.50");
        assert_eq!(signed(-0.004), "0.00");
        assert_eq!(signed(0.0), "0.00");
        assert_eq!(gain("-0.00100000"), "0.00");
        assert_eq!(gain("10050.00500000"), "+10,050.01");
        assert_eq!(money("no money"), "no money");
    }

    #[test]
    fn huge_numbers_are_shown_by_their_power_of_ten() {
        assert_eq!(
            (ratio(1e300), ratio(-1.5e308), signed(2.5e15)),
            ("1.00e300".into(), "-1.50e308".into(), "+2.50e15".into())
        );
        assert_eq!((ratio(9.99e14), signed_short(1e16)), ("999,000,000,000,000.00".into(), "+1.0e16".into()));
        assert_eq!(gain("12000000000000000.00000000"), "+1.20e16");
    }

    #[test]
    fn a_ratio_that_is_not_zero_is_never_shown_as_zero() {
        let shown = |value| measured(Metric::UpCapture, value);
        assert_eq!(
            (shown(0.0012), shown(0.000_034), shown(3.14e-8)),
            ("0.0012".into(), "0.000034".into(), "3.1e-8".into())
        );
        assert_eq!(
            (shown(0.0), shown(-0.004), shown(0.005)),
            ("0.00".into(), "-0.0040".into(), "0.01".into())
        );
    }

    #[test]
    fn prices_keep_their_digits() {
        assert_eq!(price("42000".parse().unwrap()), "42,000.00");
        assert_eq!(price("0.00001234".parse().unwrap()), "0.00001234");
        assert_eq!(quantity("1500".parse().unwrap()), "1,500");
        assert_eq!(quantity("0.125".parse().unwrap()), "0.125");
    }

    #[test]
    fn lengths_have_two_units() {
        let cases =
            [(1.25, "1.2s"), (60.0, "1m"), (5400.0, "1h 30m"), (273_600.0, "3d 4h"), (86_400.0, "1d")];
        for (seconds, expected) in cases {
            assert_eq!(length(seconds), expected);
        }
    }

    #[test]
    fn a_range_of_midnights_is_one_of_dates() {
        assert_eq!(
            range("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"),
            ("2024-01-01".to_owned(), "2024-01-31".to_owned())
        );
        assert_eq!(range("2024-01-01T00:00:00Z", "2024-01-01T12:30:00Z").1, "2024-01-01 12:30");
    }
}
