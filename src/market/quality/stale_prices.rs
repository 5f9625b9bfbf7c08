//! Stale prices: bars without volume, repeated bars, filler.

use super::finding::{Finding, FindingKind, Severity, words};
use super::series::Series;

const HOUR: i64 = 3_600_000_000;
/// Number of consecutive untraded or repeated bars that is too long for a trading halt.
const INVENTED_BARS: usize = 100;
/// As [`INVENTED_BARS`], for long bars: fewer bars, but a minimum duration.
const INVENTED_LONG_BARS: usize = 20;
const INVENTED_LONG_SPAN: i64 = 10 * 24 * HOUR;

/// Findings about stale bars.
pub fn check(series: &Series<'_>) -> Vec<Finding> {
    let untraded = Runs::of(series, 1, |index| series.volume(index) == 0.0);
    let frozen = Runs::of(series, 2, |index| repeats(series, index));
    let invented = invented(series, &untraded);
    [zero_volume(series, &untraded), still(series, &frozen), filled(series, &invented)]
        .into_iter()
        .flatten()
        .collect()
}

/// Untraded bars of one price, or else untraded bars that repeat the one before.
fn invented(series: &Series<'_>, untraded: &Runs) -> Runs {
    if untraded.longest().is_none_or(|(_, len)| len < INVENTED_LONG_BARS) {
        return Runs { list: Vec::new() };
    }
    let filler = |index: usize| {
        let [open, high, low, close] = series.prices(index);
        series.volume(index) == 0.0 && open == high && low == close && high == low
    };
    let of_one_price = Runs::of(series, INVENTED_LONG_BARS, filler).severe(series);
    if !of_one_price.list.is_empty() {
        return of_one_price;
    }
    let untraded = |index: usize| series.volume(index) == 0.0 && repeats(series, index);
    Runs::of(series, INVENTED_LONG_BARS, untraded).severe(series)
}

/// Whether a bar has the prices of the one before.
fn repeats(series: &Series<'_>, index: usize) -> bool {
    // Few bars have the same close.
    index > 0
        && series.close(index) == series.close(index - 1)
        && series.prices(index) == series.prices(index - 1)
}

/// Runs of consecutive indexes with some property: first index and length.
struct Runs {
    list: Vec<(usize, usize)>,
}

impl Runs {
    fn of(series: &Series<'_>, shortest: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut list = Vec::new();
        let mut start = None;
        for index in 0..=series.len() {
            match (index < series.len() && holds(index), start) {
                (true, None) => start = Some(index),
                (false, Some(first)) => {
                    if index - first >= shortest {
                        list.push((first, index - first));
                    }
                    start = None;
                }
                _ => {}
            }
        }
        Self { list }
    }

    /// The runs that are too long for a trading halt.
    fn severe(mut self, series: &Series<'_>) -> Self {
        let step = series.bars.interval.micros();
        self.list.retain(|&(_, len)| {
            len >= INVENTED_BARS
                || i64::try_from(len).unwrap_or(i64::MAX).saturating_mul(step) >= INVENTED_LONG_SPAN
        });
        self
    }

    fn rows(&self) -> usize {
        self.list.iter().map(|(_, len)| len).sum()
    }

    fn longest(&self) -> Option<(usize, usize)> {
        self.list.iter().copied().max_by_key(|&(first, len)| (len, std::cmp::Reverse(first)))
    }
}

fn span(series: &Series<'_>, len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX).saturating_mul(series.bars.interval.micros())
}

fn zero_volume(series: &Series<'_>, runs: &Runs) -> Option<Finding> {
    let (first, longest) = runs.longest()?;
    let rows = runs.rows();
    let start = runs.list.first()?.0;
    if rows == series.len() {
        let detail = "no bar has a volume: the source has none".to_owned();
        return Some(series.finding(FindingKind::ZeroVolume, Severity::Info, rows as u64, start, detail));
    }
    let much = rows * 20 > series.len() || span(series, longest) >= 24 * HOUR && longest >= 5;
    let severity = if much { Severity::Warning } else { Severity::Info };
    let detail =
        format!("at most {longest} in a row ({}), from {}", words(span(series, longest)), series.at(first));
    Some(series.finding(FindingKind::ZeroVolume, severity, rows as u64, start, detail))
}

fn still(series: &Series<'_>, runs: &Runs) -> Option<Finding> {
    let (first, longest) = runs.longest()?;
    let long = span(series, longest) >= 12 * HOUR && longest >= 5;
    let severity = if long { Severity::Warning } else { Severity::Info };
    let detail = format!(
        "the same open, high, low and close again; at most {longest} in a row ({}), from {}",
        words(span(series, longest)),
        series.at(first)
    );
    let start = runs.list.first()?.0;
    Some(series.finding(FindingKind::Frozen, severity, runs.rows() as u64, start, detail))
}

fn filled(series: &Series<'_>, runs: &Runs) -> Option<Finding> {
    let (first, longest) = runs.longest()?;
    let end = series.at(first + longest - 1);
    let detail = format!(
        "{longest} bars in a row that nobody traded ({} to {end}): filler, or a feed that stood still",
        series.at(first)
    );
    let start = runs.list.first()?.0;
    Some(series.finding(FindingKind::Invented, Severity::Error, runs.rows() as u64, start, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Timestamp};
    use crate::market::Bars;

    /// A series of changing prices with one run of other bars.
    fn bars(interval: Interval, still: std::ops::Range<i64>, price: impl Fn(i64) -> f64) -> Bars {
        let mut bars = Bars::with_capacity(interval, 0);
        for n in 0..3_000 {
            let at = Timestamp::from_micros(n * interval.micros());
            let live = 100.0 + (n % 7) as f64;
            if still.contains(&n) {
                bars.push(at, [price(n), price(n), price(n), price(n), 0.0]);
            } else {
                bars.push(at, [live, live + 1.0, live - 1.0, live + 0.5, 5.0]);
            }
        }
        bars
    }

    fn found(bars: &Bars) -> Vec<(&'static str, &'static str, u64)> {
        check(&Series::new(bars, None))
            .iter()
            .map(|f| (f.kind.as_str(), f.severity.as_str(), f.count))
            .collect()
    }

    #[test]
    fn an_hours_halt_is_informational() {
        let halt = bars(Interval::MINUTE, 1_000..1_072, |_| 100.0);
        assert_eq!(found(&halt), [("zero_volume", "info", 72), ("frozen", "info", 71)]);
        assert_eq!(found(&bars(Interval::MINUTE, 0..0, |_| 100.0)), []);
    }

    #[test]
    fn years_of_filler_are_an_invented_finding() {
        let filler = bars(Interval::DAY, 0..2_083, |n| 10.0 + n as f64);
        assert_eq!(found(&filler), [("zero_volume", "warning", 2_083), ("invented", "error", 2_083)]);
        let stuck = bars(Interval::DAY, 500..530, |_| 100.0);
        assert_eq!(found(&stuck).last().unwrap(), &("invented", "error", 30));
    }

    /// A cheap coin or a stable one trades at one tick for hours: its bars are alike, and were traded.
    #[test]
    fn bars_that_repeat_with_a_volume_were_traded() {
        let mut quiet = bars(Interval::DAY, 500..530, |_| 100.0);
        quiet.volume[500..530].fill(7.0);
        assert_eq!(found(&quiet), [("frozen", "warning", 29)]);
    }

    #[test]
    fn a_source_without_volume_is_one_finding() {
        let mut quotes = bars(Interval::MINUTE, 0..0, |_| 0.0);
        quotes.volume.fill(0.0);
        assert_eq!(found(&quotes), [("zero_volume", "info", 3_000)]);
    }
}
