//! Checks the values of each row on its own.

use super::finding::{Finding, FindingKind, Severity};
use crate::domain::Price;
use crate::market::{Bars, PRICE_CEILING, VOLUME_CEILING, bar_error, unit};

/// Names of a bar's columns, in this order.
const NAMES: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// One finding for each kind of error.
pub fn check(bars: &Bars) -> Vec<Finding> {
    // One pass instead of seven over bars that were checked on loading.
    if bar_error::all_valid(bars, 0..bars.len(), 1) {
        return Vec::new();
    }
    let rules: [(FindingKind, Rule); 7] = [
        (FindingKind::Missing, missing),
        (FindingKind::NonFinite, infinite),
        (FindingKind::NotPositive, not_positive),
        (FindingKind::TooLarge, too_large),
        (FindingKind::TooFine, too_fine),
        (FindingKind::NegativeVolume, negative_volume),
        (FindingKind::HighLow, high_low),
    ];
    rules.into_iter().filter_map(|(kind, rule)| apply(bars, kind, rule)).collect()
}

/// A check of a row's open, high, low, close and volume.
type Rule = fn([f64; 5]) -> Option<String>;

fn apply(bars: &Bars, kind: FindingKind, rule: Rule) -> Option<Finding> {
    let mut first = None;
    let mut count = 0;
    for row in 0..bars.len() {
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        if let Some(detail) = rule(values) {
            count += 1;
            first.get_or_insert((row, detail));
        }
    }
    let (row, detail) = first?;
    Some(Finding { kind, severity: Severity::Error, count, row: Some(row), at: Some(bars.ts[row]), detail })
}

fn named(values: [f64; 5], wrong: impl Fn(usize, f64) -> bool) -> Option<String> {
    let found: Vec<&str> =
        (0..5).filter(|&column| wrong(column, values[column])).map(|column| NAMES[column]).collect();
    (!found.is_empty()).then(|| found.join(", "))
}

fn missing(values: [f64; 5]) -> Option<String> {
    named(values, |_, value| value.is_nan()).map(|names| format!("no value for {names}"))
}

fn infinite(values: [f64; 5]) -> Option<String> {
    named(values, |_, value| value.is_infinite()).map(|names| format!("{names} not finite"))
}

fn not_positive(values: [f64; 5]) -> Option<String> {
    let column = (0..4).find(|&column| values[column] <= 0.0)?;
    Some(format!("{} is {}", NAMES[column], values[column]))
}

fn too_large(values: [f64; 5]) -> Option<String> {
    let most = |column| if column == 4 { VOLUME_CEILING } else { PRICE_CEILING };
    let column = (0..5).find(|&column| values[column] > most(column) && values[column].is_finite())?;
    Some(format!("{} is {}", NAMES[column], values[column]))
}

fn too_fine(values: [f64; 5]) -> Option<String> {
    let fine = |price: f64| price > 0.0 && price.is_finite() && !unit::represents(price, 1);
    let column = (0..4).find(|&column| fine(values[column]))?;
    let (name, value) = (NAMES[column], values[column]);
    let held = Price::from_f64(value);
    Some(format!(
        "{name} is {value}, which eight decimal places would make {held}: quote it in a larger `unit`"
    ))
}

fn negative_volume(values: [f64; 5]) -> Option<String> {
    (values[4] < 0.0).then(|| format!("volume is {}", values[4]))
}

fn high_low([open, high, low, close, _]: [f64; 5]) -> Option<String> {
    if high < low {
        return Some(format!("high {high} is below low {low}"));
    }
    let outside =
        [("open", open), ("close", close)].into_iter().find(|(_, value)| *value > high || *value < low);
    outside.map(|(name, value)| format!("{name} {value} is outside low {low} to high {high}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Timestamp};

    #[test]
    fn each_error_is_found_counted_and_located() {
        let mut bars = Bars::with_capacity(Interval::DAY, 0);
        let rows = [
            [1.0, 2.0, 0.5, 1.5, 3.0],
            [f64::NAN, 2.0, f64::NAN, 1.5, 3.0],
            [1.0, f64::INFINITY, 0.5, 1.5, 3.0],
            [1.0, 2.0, 0.0, 1.5, 3.0],
            [1e11, 1e11, 1e11, 1e11, 3.0],
            [1.0, 2.0, 0.5, 1.5, -3.0],
            [2.5, 2.0, 0.5, 1.5, 3.0],
            [1.0, 0.5, 2.0, 1.5, 3.0],
            [1.4e-8, 1.4e-8, 1.4e-8, 1.4e-8, 3.0],
            [1.0, 2.0, 0.5, 1.5, 1e20],
        ];
        for (day, row) in (0..).zip(rows) {
            bars.push(Timestamp::from_micros(day * 86_400_000_000), row);
        }
        let found: Vec<_> =
            check(&bars).into_iter().map(|f| (f.kind.as_str(), f.count, f.row.unwrap(), f.detail)).collect();
        let expected = [
            ("missing", 1, 1, "no value for open, low"),
            ("non_finite", 1, 2, "high not finite"),
            ("not_positive", 1, 3, "low is 0"),
            ("too_large", 2, 4, "open is 100000000000"),
            (
                "too_fine",
                1,
                8,
                "open is 0.000000014, which eight decimal places would make 0.00000001: quote it in a larger `unit`",
            ),
            ("negative_volume", 1, 5, "volume is -3"),
            ("high_low", 2, 6, "open 2.5 is outside low 0.5 to high 2"),
        ];
        assert_eq!(found, expected.map(|(kind, count, row, detail)| (kind, count, row, detail.to_owned())));
    }
}
